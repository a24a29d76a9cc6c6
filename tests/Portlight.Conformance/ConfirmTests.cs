using System.Globalization;
using Portlight.TestKit;

namespace Portlight.Conformance;

/// <summary>Changes that have to be confirmed, as docs/confirm.md tells it: boto3 sends the header, `portlight confirm` confirms, and packets show what stands.</summary>
public sealed class ConfirmTests(Installation installation)
{
    private const string Way = """{"fromPort": 2222, "toPort": 2222, "protocol": "tcp"}""", Another = """{"fromPort": 80, "toPort": 80, "protocol": "tcp"}""";

    [Fact]
    public async Task A_put_that_closes_the_only_way_in_goes_back_by_itself_and_one_that_is_confirmed_stays()
    {
        await using var boto3 = ScriptedClient.Boto3(installation);
        await boto3.ChangeAsync("CreateInstances", """{"instanceNames": ["confirm-boto3"], "availabilityZone": "us-east-1a", "blueprintId": "debian_12", "bundleId": "nano_3_0"}""");
        var address = (string)(await boto3.CallAsync("GetInstance", """{"instanceName": "confirm-boto3"}"""))["instance"]!["publicIpAddress"]!;
        await using var listener = await Listener.StartAsync(installation, "confirm-boto3", port: 2222);
        await boto3.ChangeAsync("PutInstancePublicPorts", Put(Way));
        Assert.Equal("connected", await listener.ConnectAsync(address));

        // Closed until then, and open after it. A machine that is too slow to try the first in time tries it again with more of it.
        for (var (seconds, isTried) = (3, false); !isTried; seconds *= 2)
        {
            var by = DateTimeOffset.Parse(await boto3.ChangeWithinAsync(seconds, "PutInstancePublicPorts", Put(Another)), CultureInfo.InvariantCulture);
            Assert.True(by <= TimeProvider.System.GetUtcNow().AddSeconds(seconds), $"{seconds} s are not over at {by:O}");
            var outcome = await listener.FailToConnectAsync(address);
            isTried = TimeProvider.System.GetUtcNow() < by;
            Assert.True(!isTried || outcome == "timed out", outcome);
            await Until.TrueAsync(async () => await listener.ConnectAsync(address) == "connected", "the change to be reverted");
        }

        await boto3.ChangeWithinAsync(3600, "PutInstancePublicPorts", Put(Another));
        var refused = await boto3.RefusedAsync("InvalidInputException", "PutInstancePublicPorts", Put(Way));
        Assert.Contains("nobody has confirmed", refused.Message, StringComparison.Ordinal);
        (var code, var output, var errors) = await installation.PortlightAsync("confirm", "confirm-boto3");
        Assert.Equal((0, "confirmed: open on confirm-boto3 stays 80/tcp\n", ""), (code, output, errors));
        Assert.Equal("timed out", await listener.FailToConnectAsync(address));
        await boto3.ChangeAsync("PutInstancePublicPorts", Put(Way));
        Assert.Equal("connected", await listener.ConnectAsync(address));
    }

    private static string Put(string rule) => $$"""{"instanceName": "confirm-boto3", "portInfos": [{{rule}}]}""";
}
