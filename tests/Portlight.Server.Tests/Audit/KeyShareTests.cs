using System.Text;
using Portlight.Audit;
using Portlight.TestKit;

namespace Portlight.Server.Tests.Audit;

/// <summary>What one access key may fill of the log: beyond it, calls that change nothing are counted.</summary>
public sealed class KeyShareTests
{
    [Fact]
    public async Task A_flood_is_counted_and_hides_neither_changes_nor_secrets_nor_other_keys()
    {
        await using var server = await ServerHarness.StartAsync(options => options with { RequestsPerSecond = 0, AuditBytesPerKey = 8_192 });
        await server.AddInstanceAsync("web-1");
        var alice = await server.AddUserAsync("alice", ["""{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}"""]);
        var flood = $$"""{"instanceName":"{{new string('a', 20_000)}}"}""";
        const int Calls = 100;
        for (var i = 0; i < Calls; i++)
        {
            await server.AskAsync(alice, "GetInstance", flood);
        }

        var recorded = (await server.AuditLinesAsync()).Count;
        Assert.InRange(recorded, KeyShares.BurstSeconds * 8_192 / 22_000, KeyShares.BurstSeconds * 8_192 / 20_000 + 1);
        Assert.Equal("ok", (await server.AskAsync(alice, "GetRegions")).Type);
        Assert.Equal("ThrottlingException", (await server.AskAsync(alice, "DownloadDefaultKeyPair")).Type);
        Assert.Equal("ok", (await server.AskAsync(alice, "PutInstancePublicPorts", """{"instanceName":"web-1","portInfos":[]}""")).Type);
        await server.SendAsync("GetBundles");
        Assert.Equal(["PutInstancePublicPorts", "GetBundles"], (await server.EventsAsync()).Skip(recorded).Select(one => one.Text("eventName")));

        await Until.TrueAsync(
            () =>
            {
                server.Clock.Advance(TimeSpan.FromSeconds(1));
                return server.Server.Store.View.FindAuditBlockBefore(long.MaxValue) is { } last && Encoding.UTF8.GetString(last.Lines.Span).Contains("CallsUnrecorded", StringComparison.Ordinal);
            },
            "the event that counts the others");
        var gap = (await server.EventsAsync()).Single(one => one.Text("eventName") == "CallsUnrecorded");
        var details = gap.GetProperty("serviceEventDetails");
        Assert.Equal((alice.AccessKeyId, "more than the audit log takes of one access key", $"{Calls - recorded + 2}"), (details.Text("accessKeyId"), details.Text("reason"), details.Text("calls")));
        Assert.Equal($"GetRegions: 1, GetInstance InvalidInputException: {Calls - recorded}, DownloadDefaultKeyPair ThrottlingException: 1", details.Text("operations"));
        Assert.Contains(await server.LookupAsync(), one => one.Text("EventName") == "CallsUnrecorded");

        Assert.Equal(0, server.Server.Audit.Uncounted);

        // Its share refills.
        server.Clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal("ok", (await server.AskAsync(alice, "DownloadDefaultKeyPair")).Type);
    }

    [Fact]
    public void Every_operation_that_was_served_is_named_whatever_else_was_called_and_however_often()
    {
        var now = DateTimeOffset.UnixEpoch;
        var operations = Enumerable.Range(0, 200).Select(at => $"GetSomethingOfALongName{at}").ToList();
        var gap = new UnrecordedGap("111122223333", "AKIA", UnrecordedCalls.TooMuch, now);
        for (var at = 0; at < 100; at++)
        {
            gap.Count($"Refused{at}", "AccessDeniedException", now);
        }

        operations[..100].ForEach(operation => gap.Count(operation, null, now));
        var later = new UnrecordedGap("111122223333", "AKIA", UnrecordedCalls.TooMuch, now);
        operations[100..].ForEach(operation => later.Count(operation, null, now));
        later.Count("Refused7", "AccessDeniedException", now);
        later.Count("Refused99", "AccessDeniedException", now);
        gap.Add(later);

        var told = System.Text.Json.JsonSerializer.Deserialize<System.Text.Json.JsonElement>(gap.ToEvent(now).Json.Span).GetProperty("serviceEventDetails");
        Assert.Equal("302", told.Text("calls"));
        Assert.Equal(
            [.. operations.Select(operation => $"{operation}: 1"), "others refused: 85", "Refused7 AccessDeniedException: 2", .. Enumerable.Range(0, 16).Where(at => at != 7).Select(at => $"Refused{at} AccessDeniedException: 1")],
            told.Text("operations").Split(", "));
    }

    [Fact]
    public async Task A_caller_that_goes_from_key_to_key_fills_no_more_than_its_account_may()
    {
        const int OfKey = 1_024;
        await using var server = await ServerHarness.StartAsync(options => options with { RequestsPerSecond = 0, AuditBytesPerKey = OfKey });
        var other = await server.AddAccountAsync();
        var flood = $$"""{"instanceName":"{{new string('a', 20_000)}}"}""";
        var before = (await server.AuditLinesAsync()).Count;
        for (var user = 0; user < 2 * KeyShares.KeysOfAccount; user++)
        {
            var key = await server.AddUserAsync($"user-{user}", ["""{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}"""]);
            for (var i = 0; i < 8; i++)
            {
                await server.AskAsync(key, "GetInstance", flood);
            }
        }

        const int Most = KeyShares.BurstSeconds * OfKey * KeyShares.KeysOfAccount;
        Assert.InRange((await server.AuditLinesAsync()).Skip(before).Sum(line => line.Length), Most - 30_000, Most + 30_000);
        await server.AskAsync(other, "GetBundles");
        await Until.TrueAsync(
            async () =>
            {
                server.Clock.Advance(TimeSpan.FromSeconds(1));
                return (await server.EventsAsync()).Any(one => one.Text("eventName") == "CallsUnrecorded" && one.GetProperty("serviceEventDetails").Text("reason") == "more than the audit log takes of one account");
            },
            "the event that counts the others");
        Assert.Single(await server.EventsAsync(), one => one.Text("eventName") == "GetBundles");
    }
}
