using System.Text;
using Portlight.Wire.Client;
using Portlight.Wire.SigV4;
using static Portlight.Server.Tests.Iam.IamCalls;

namespace Portlight.Server.Tests.Tenants;

/// <summary>The ways in which an account that means ill tries to take the server from the others, by name: each runs until it is told to stop.</summary>
/// <param name="endpoint">The server.</param>
/// <param name="region">Its region.</param>
/// <param name="root">The root key of the account.</param>
/// <param name="mallory">A user of it with policies that take long.</param>
internal sealed class HostileWays(Uri endpoint, string region, AwsCredentials root, AwsCredentials mallory)
{
    /// <summary>Instances that it writes to at a time, each over a connection of its own.</summary>
    public const int Flood = 100;

    private const int Connections = 8;

    public static IReadOnlyList<string> Names { get; } = ["writes", "reads", "refusals", "slow patterns", "simulations", "many users", "long lists", "slow bodies", "slow readers"];

    /// <summary>Runs one of them.</summary>
    public Task RunAsync(string way, CancellationToken stop) => way switch
    {
        "writes" => TurnsAsync(Flood, i => [Put(i, 80), Put(i, 443)], stop),
        "reads" => TurnsAsync(Flood, i => [Json("GetInstancePortStates", $$"""{"instanceName":"flood-{{i}}"}""")], stop),
        "refusals" => TurnsAsync(Flood, _ => [Json("GetInstance", """{"instanceName":"not-there"}""")], stop),
        "slow patterns" => TurnsAsync(Connections, _ => [Form(mallory, "Action=UpdateUser&Version=2010-05-08&UserName=mallory&NewPath=%2Fx%2F", new string('a', 12_000))], stop),
        "simulations" => TurnsAsync(Connections, _ => [Form(root, Simulation)], stop),
        "many users" => TurnsAsync(Connections, i => [User("Create", i), User("Delete", i)], stop),
        "long lists" => TurnsAsync(Connections, _ => [Form(root, "Action=GetAccountAuthorizationDetails&Version=2010-05-08&MaxItems=1000")], stop),
        "slow bodies" => SlowBodiesAsync(stop),
        "slow readers" => SlowReadersAsync(stop),
        _ => throw new ArgumentException($"there is no way {way}", nameof(way)),
    };

    /// <summary>A form of some 150 KB: 900 resources, a value of 4,096 characters, patterns of 2,000.</summary>
    private static string Simulation { get; } = "Action=SimulateCustomPolicy&Version=2010-05-08&MaxItems=1000&ActionNames.member.1=lightsail%3AX"
        + "&ContextEntries.member.1.ContextKeyName=aws%3Ax&ContextEntries.member.1.ContextKeyType=string&ContextEntries.member.1.ContextKeyValues.member.1=" + new string('a', 4_096)
        + string.Concat(Enumerable.Range(1, 8).Select(i => $"&PolicyInputList.member.{i}={Uri.EscapeDataString(Allow("*", condition: $$"""{"StringNotLike":{"aws:x":"*{{new string('a', 100)}}b"} }"""))}"))
        + string.Concat(Enumerable.Range(1, 900).Select(i => $"&ResourceArns.member.{i}=arn%3Aaws%3Alightsail%3Aus-east-1%3A111122223333%3AInstance%2F{i:D80}"));

    /// <summary>Calls without a pause, each connection its own requests in turn; what is refused is refused for its work or for the account's share.</summary>
    private Task TurnsAsync(int connections, Func<int, byte[][]> requestsOf, CancellationToken stop) => Task.WhenAll(Enumerable.Range(0, connections).Select(i => Task.Run(async () =>
    {
        using var caller = new RawCaller(endpoint);
        var requests = requestsOf(i);
        for (var turn = 0; !stop.IsCancellationRequested; turn++)
        {
            await caller.CallAsync(requests[turn % requests.Length]);
        }
    }, CancellationToken.None)));

    private byte[] Put(int instance, int port) =>
        Json("PutInstancePublicPorts", $$"""{"instanceName":"flood-{{instance}}","portInfos":[{"fromPort":{{port}},"toPort":{{port}},"protocol":"tcp"}]}""");

    /// <summary>Users come and go, so that none is refused for their number.</summary>
    private byte[] User(string verb, int user) => Form(root, $"Action={verb}User&Version=2010-05-08&UserName=u{user}");

    private byte[] Json(string operation, string json)
    {
        var body = Encoding.ASCII.GetBytes(json);
        using var message = new HttpRequestMessage(HttpMethod.Post, endpoint) { Content = new ByteArrayContent(body) };
        message.Content.Headers.ContentType = new("application/x-amz-json-1.1");
        message.Headers.TryAddWithoutValidation("X-Amz-Target", "Lightsail_20161128." + operation);
        RequestSigning.Sign(message, body, root, region, TimeProvider.System.GetUtcNow());
        return RawCaller.BytesOf(message, body);
    }

    /// <summary>Hundreds of requests of which most of the body does not come.</summary>
    private async Task SlowBodiesAsync(CancellationToken stop)
    {
        var callers = new List<RawCaller>();
        try
        {
            var request = Form(root, Simulation);
            for (var i = 0; i < 400; i++)
            {
                callers.Add(new RawCaller(endpoint));
                await callers[^1].SendAsync(request.AsMemory(0, 20_000));
            }

            await StoppedAsync(stop);
        }
        catch (IOException)
        {
            // the server has no patience with them
        }
        finally
        {
            callers.ForEach(caller => caller.Dispose());
        }
    }

    /// <summary>Twenty callers that ask for the longest answer there is, again and again, and read nothing.</summary>
    private async Task SlowReadersAsync(CancellationToken stop)
    {
        var callers = new List<RawCaller>();
        try
        {
            var request = Form(root, "Action=GetAccountAuthorizationDetails&Version=2010-05-08&MaxItems=1000");
            for (var i = 0; i < 20; i++)
            {
                callers.Add(new RawCaller(endpoint));
                await callers[^1].SendAsync(request);
            }

            await StoppedAsync(stop);
        }
        finally
        {
            callers.ForEach(caller => caller.Dispose());
        }
    }

    private byte[] Form(AwsCredentials who, string form, string? userAgent = null)
    {
        var body = Encoding.ASCII.GetBytes(form);
        using var message = new HttpRequestMessage(HttpMethod.Post, endpoint) { Content = new ByteArrayContent(body) };
        message.Content.Headers.ContentType = new("application/x-www-form-urlencoded");
        RequestSigning.Sign(message, body, who, region, TimeProvider.System.GetUtcNow(), "iam");
        return RawCaller.BytesOf(message, body, userAgent);
    }

    private static async Task StoppedAsync(CancellationToken stop)
    {
        var stopped = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = stop.Register(() => stopped.SetResult());
        await stopped.Task;
    }
}
