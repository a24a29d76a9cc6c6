using System.Reflection;
using System.Text.Json;
using Portlight.Api;
using Portlight.Audit;
using Portlight.Domain;
using Portlight.Server.Tests.Access;
using Portlight.Server.Tests.Iam;
using Portlight.TestKit;
using Portlight.Wire.SigV4;

namespace Portlight.Server.Tests.Audit;

/// <summary>Every line that is written is found by LookupEvents: by its account, in its region.</summary>
public sealed class FoundEventsTests
{
    /// <summary>Calls every operation: as the account that owns the installation, as another one, in another region, as a caller without the permission and without a signature. The server adds its own events.</summary>
    [Fact]
    public async Task Every_line_of_the_log_is_found_by_its_account_in_its_region()
    {
        await using var server = await ServerHarness.StartAsync(options => options with { RequestsPerSecond = 0, InstanceQuota = 0, StaticIpQuota = 0 });
        var matrix = new AuthorisationMatrix(server);
        await matrix.PrepareAsync();
        foreach (var (entry, number) in server.Server.Operations.Select((entry, number) => (entry, number)))
        {
            await matrix.AskAsync(entry, AuthorisationSamples.All[entry.Action], "allowed");
            await matrix.AskAsync(entry, AuthorisationSamples.All[entry.Action], new[] { "other account", "other region", "no policy", "no signature" }[number % 4]);
        }

        var own = typeof(ServiceEvent).GetFields(BindingFlags.Public | BindingFlags.Static).Where(field => field.IsLiteral).Select(field => (string)field.GetRawConstantValue()!).ToList();
        Assert.Contains(ServiceEvent.ChangeReverted, own);
        await server.ChangeAsync(changes =>
        {
            foreach (var name in own)
            {
                changes.Record(ServiceEvent.Of(server.Clock.GetUtcNow(), name, AuthorisationMatrix.OtherAccount, AuthorisationMatrix.OtherRegion, ("arn:aws:x:::y", "X::Y"), new Dictionary<string, string> { ["a"] = "b" }));
            }
        });

        var lines = await server.EventsAsync();
        Assert.True(lines.Count > 7 * server.Server.Operations.Count / 4, "calls are recorded"); // those of nobody are but for the first ones counted
        Assert.Subset(lines.Select(line => line.Text("eventName")).ToHashSet(), own.ToHashSet());
        var callers = new Dictionary<string, AwsCredentials>
        {
            [server.Scope.AccountId] = server.Credentials,
            [AuthorisationMatrix.OtherAccount] = await server.AddUserAsync("reader", [IamCalls.AllowAll], account: AuthorisationMatrix.OtherAccount),
        };
        foreach (var mine in lines.GroupBy(line => (Account: line.Text("recipientAccountId"), Region: line.Text("awsRegion"))))
        {
            var found = (await server.LookupAsync("{}", callers[mine.Key.Account], mine.Key.Region)).Select(one => one.Text("CloudTrailEvent")).ToHashSet();
            Assert.DoesNotContain(mine, line => !found.Contains(line.GetRawText()));
        }
    }

    [Fact]
    public async Task Events_of_IAM_show_in_us_east_1_and_in_the_region_of_the_first_start()
    {
        await using var server = await ServerHarness.StartAsync(options => options with { Region = "eu-west-1" });
        await server.Server.Store.SaveAsync((_, changes) =>
        {
            changes.Save(new OpenRegion("ap-south-1", IsReady: true, server.Clock.GetUtcNow()));
            return true;
        }, TestContext.Current.CancellationToken);
        await server.IamAsync("CreateUser", ("UserName", "alice"));
        await server.FlushAuditAsync();

        Assert.Equal("us-east-1", (await server.LastEventAsync()).Text("awsRegion"));
        Assert.Equal(["CreateUser"], await NamesAsync("eu-west-1"));
        Assert.Equal(["CreateUser"], await NamesAsync("us-east-1"));
        Assert.Empty(await NamesAsync("ap-south-1"));

        async Task<IEnumerable<string>> NamesAsync(string region) =>
            (await server.LookupAsync("""{"LookupAttributes":[{"AttributeKey":"EventSource","AttributeValue":"iam.amazonaws.com"}]}""", region: region)).Select(one => one.Text("EventName"));
    }

    [Fact]
    public async Task Nobody_draws_insights()
    {
        await using var server = await ServerHarness.StartAsync();
        await server.SendAsync("GetRegions");
        await server.FlushAuditAsync();

        Assert.Empty((await server.LookupPageAsync("""{"EventCategory":"insight"}""")).GetProperty("Events").EnumerateArray());
        Assert.NotEmpty((await server.LookupPageAsync("{}")).GetProperty("Events").EnumerateArray());
    }

    [Fact]
    public async Task Lookups_are_as_many_a_second_as_the_key_has_calls()
    {
        await using var server = await ServerHarness.StartAsync(options => options with { RequestsPerSecond = 6 });
        for (var i = 0; i < 6; i++)
        {
            await server.LookupPageAsync("{}");
        }

        Assert.Equal("ThrottlingException", (await server.SendRefusedAsync(server.Request(LookupCalls.Target, "{}"u8.ToArray(), service: "cloudtrail"))).Error.Type);
    }

    [Fact]
    public async Task A_session_of_a_role_is_found_by_its_name()
    {
        await using var server = await ServerHarness.StartAsync();
        var role = await server.AddRoleAsync("deploy", IamCalls.TrustAccount, with: role => role with { InlinePolicies = role.InlinePolicies.Add("all", IamCalls.AllowAll) });
        var session = server.SessionOf(SessionKind.Role, "deploy", role.Id, server.Credentials.AccessKeyId);
        Assert.True((await server.AskAsync(session, "GetRegions")).IsOk);
        await server.FlushAuditAsync();

        var found = Assert.Single(await server.LookupAsync("""{"LookupAttributes":[{"AttributeKey":"Username","AttributeValue":"build-7"}]}"""));

        Assert.Equal(("GetRegions", "build-7"), (found.Text("EventName"), found.Text("Username")));
        Assert.Equal("AssumedRole", JsonSerializer.Deserialize<JsonElement>(found.Text("CloudTrailEvent")).GetProperty("userIdentity").Text("type"));
    }
}
