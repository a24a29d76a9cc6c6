using System.Text;
using System.Text.Json;
using CsCheck;
using Portlight.Storage;
using Portlight.TestKit;

namespace Portlight.Server.Tests.Audit;

/// <summary>LookupEvents over HTTP: what it finds, in what order, on what pages, and what it refuses.</summary>
public sealed class LookupEventsTests
{
    private const string Target = LookupCalls.Target;

    [Fact]
    public async Task A_call_is_found_by_each_of_its_properties()
    {
        await using var server = await ServerHarness.StartAsync();
        await server.AddInstanceAsync("web-1");
        await server.SendAsync("GetInstancePortStates", """{"instanceName":"web-1"}""");
        await server.SendAsync("PutInstancePublicPorts", """{"instanceName":"web-1","portInfos":[]}""");
        var put = (await server.EventsAsync()).Single(one => one.Text("eventName") == "PutInstancePublicPorts");
        await server.SendAsync("GetRegions");
        await server.FlushAuditAsync();

        foreach (var (key, value) in new[]
        {
            ("EventId", put.Text("eventID")), ("EventName", "PutInstancePublicPorts"), ("ReadOnly", "false"),
        })
        {
            var one = Assert.Single(await server.LookupAsync(Attribute(key, value)));
            Assert.Equal(put.GetRawText(), one.Text("CloudTrailEvent"));
        }

        Assert.Equal(2, (await server.LookupAsync(Attribute("ResourceName", "web-1"))).Count);
        Assert.Equal(2, (await server.LookupAsync(Attribute("ResourceType", "AWS::Lightsail::Instance"))).Count);
        Assert.Equal(3, (await server.LookupAsync(Attribute("EventSource", "lightsail.amazonaws.com"))).Count);
        Assert.NotEmpty(await server.LookupAsync(Attribute("Username", "root")));
        Assert.NotEmpty(await server.LookupAsync(Attribute("AccessKeyId", server.Credentials.AccessKeyId)));
        Assert.Empty(await server.LookupAsync(Attribute("Username", "alice")));
    }

    [Fact]
    public async Task An_event_shows_what_the_service_model_names()
    {
        await using var server = await ServerHarness.StartAsync();
        await server.AddInstanceAsync("web-1");
        await server.SendAsync("GetInstancePortStates", """{"instanceName":"web-1"}""");
        await server.FlushAuditAsync();

        var one = Assert.Single(await server.LookupAsync("{}"));

        Assert.Equal("EventId,EventName,ReadOnly,AccessKeyId,EventTime,EventSource,Username,Resources,CloudTrailEvent", one.Members());
        Assert.Equal(("GetInstancePortStates", "true", "root"), (one.Text("EventName"), one.Text("ReadOnly"), one.Text("Username")));
        Assert.Equal(server.Clock.GetUtcNow().ToUnixTimeSeconds(), one.GetProperty("EventTime").GetInt64());
        Assert.Equal("""[{"ResourceType":"AWS::Lightsail::Instance","ResourceName":"web-1"}]""", one.GetProperty("Resources").GetRawText());
    }

    /// <summary>As damage, or an older version that wrote what it could not read, may have left them.</summary>
    [Theory]
    [InlineData("""{"eventName":"Op","recipientAccountId":"111122223333","x":}""")]
    [InlineData("""{"eventName":"Op"}""")]
    [InlineData("""{"eventTime":"yesterday","eventName":"Op","recipientAccountId":"111122223333"}""")]
    public async Task A_line_that_cannot_be_read_is_an_event_of_its_own(string line)
    {
        await using var server = await ServerHarness.StartAsync();
        await RecordAsync(server, 1);
        await RecordLineAsync(server, line);
        await RecordAsync(server, 2);

        Assert.Equal(["2", "unreadable-2", "1"], (await server.LookupAsync()).Select(one => one.Text("EventId")).Where(id => id.Length < 36));
        var found = Assert.Single(await server.LookupAsync(Attribute("EventName", "UnreadableEvent")));
        Assert.Equal(2, JsonSerializer.Deserialize<JsonElement>(found.Text("CloudTrailEvent")).GetProperty("serviceEventDetails").GetProperty("sequence").GetInt32());
    }

    [Theory]
    [InlineData("""{"userName":"\ud800","instanceName":["\udc00",{"a":[]}]}""")]
    [InlineData("DEEP")]
    public async Task A_line_that_an_older_version_could_not_read_back_is_found(string parameters)
    {
        await using var server = await ServerHarness.StartAsync();
        parameters = parameters == "DEEP" ? $$"""{"x":{{new string('[', 64)}}{{new string(']', 64)}}}""" : parameters;
        await RecordLineAsync(server, $$"""{"eventTime":"2026-11-22T12:00:00Z","eventName":"Op","awsRegion":"us-east-1","eventID":"old","readOnly":true,"recipientAccountId":"111122223333","requestParameters":{{parameters}}}""");

        Assert.Equal("old", Assert.Single(await server.LookupAsync(Attribute("EventName", "Op"))).Text("EventId"));
    }

    [Fact]
    public async Task Another_region_and_another_account_have_events_of_their_own()
    {
        await using var server = await ServerHarness.StartAsync();
        await RecordAsync(server, 1, account: "111122223333", region: "eu-west-1");
        await RecordAsync(server, 2, account: "444455556666", region: "us-east-1");

        Assert.Empty(await server.LookupAsync(Attribute("EventSource", "test")));
    }

    [Fact]
    public async Task A_lookup_for_a_region_that_is_not_open_is_seen_in_the_installations_own()
    {
        await using var server = await ServerHarness.StartAsync();
        Assert.Empty(await server.LookupAsync(region: "eu-north-1"));
        await server.FlushAuditAsync();

        Assert.Empty(await server.LookupAsync(region: "eu-north-1"));
        Assert.Contains(await server.LookupAsync(), one => one.Text("EventName") == "LookupEvents");
    }

    [Theory]
    [InlineData("""{"MaxResults":0}""", "InvalidMaxResultsException")]
    [InlineData("""{"MaxResults":51}""", "InvalidMaxResultsException")]
    [InlineData("""{"StartTime":2,"EndTime":1}""", "InvalidTimeRangeException")]
    [InlineData("""{"NextToken":"12"}""", "InvalidNextTokenException")]
    [InlineData("""{"NextToken":"12.0123456789abcdef"}""", "InvalidNextTokenException")]
    [InlineData("""{"EventCategory":"weather"}""", "InvalidEventCategoryException")]
    [InlineData("""{"LookupAttributes":[{"AttributeKey":"Colour","AttributeValue":"red"}]}""", "InvalidLookupAttributesException")]
    [InlineData("""{"LookupAttributes":[{"AttributeKey":"EventName","AttributeValue":""}]}""", "InvalidLookupAttributesException")]
    [InlineData("""{"LookupAttributes":[{"AttributeKey":"EventName","AttributeValue":"a"},{"AttributeKey":"EventName","AttributeValue":"b"}]}""", "InvalidLookupAttributesException")]
    public async Task What_no_event_can_be_is_refused(string body, string type)
    {
        await using var server = await ServerHarness.StartAsync();

        var (status, error) = await server.SendRefusedAsync(server.Request(Target, Encoding.UTF8.GetBytes(body), service: "cloudtrail"));

        Assert.Equal((400, type), (status, error.Type));
    }

    [Fact]
    public async Task A_token_is_for_its_own_parameters_alone()
    {
        await using var server = await ServerHarness.StartAsync();
        await RecordAsync(server, 1);
        await RecordAsync(server, 2);
        var page = await server.LookupPageAsync("""{"MaxResults":1}""");

        var (_, error) = await server.SendRefusedAsync(server.Request(
            Target, Encoding.UTF8.GetBytes($$"""{"NextToken":"{{page.Text("NextToken")}}","EndTime":5}"""), service: "cloudtrail"));

        Assert.Equal("InvalidNextTokenException", error.Type);
    }

    [Fact]
    public async Task A_call_looks_through_a_bounded_part_of_the_log_and_goes_on_from_there()
    {
        await using var server = await ServerHarness.StartAsync();
        await RecordAsync(server, 1, name: "Needle");
        var padding = new string('x', 300_000);
        for (var i = 2; i < 40; i++)
        {
            await RecordAsync(server, i, name: padding);
        }

        var page = await server.LookupPageAsync(Attribute("EventName", "Needle"));
        Assert.Equal(0, page.GetProperty("Events").GetArrayLength());
        Assert.True(page.Has("NextToken"));

        var found = await server.LookupAsync(Attribute("EventName", "Needle"));
        Assert.Equal("1", Assert.Single(found).Text("EventId"));
    }

    /// <summary>Of a machine without a clock of its own, which has come up in 1970 and was told the time later.</summary>
    [Theory]
    [InlineData(1, "3,1")]
    [InlineData(5, "3")]
    public async Task A_moment_with_a_wrong_clock_hides_nothing_that_came_before_it_and_a_long_time_ends_the_lookup(int lines, string found)
    {
        await using var server = await ServerHarness.StartAsync();
        await RecordAsync(server, 1);
        for (var i = 0; i < lines; i++)
        {
            await RecordAsync(server, 2, name: new string('x', 300_000), at: DateTimeOffset.UnixEpoch.AddMinutes(i));
        }

        await RecordAsync(server, 3);

        var page = await server.LookupPageAsync($$"""{"StartTime":{{server.Clock.GetUtcNow().AddHours(-1).ToUnixTimeSeconds()}},"LookupAttributes":[{"AttributeKey":"EventSource","AttributeValue":"test"}]}""");
        Assert.Equal(found, string.Join(',', page.GetProperty("Events").EnumerateArray().Select(one => one.Text("EventId"))));
        Assert.False(page.Has("NextToken"));
    }

    [Fact]
    public async Task Pages_hold_what_a_list_of_all_events_would_newest_first()
    {
        await using var server = await ServerHarness.StartAsync(options => options with { RequestsPerSecond = 0 });
        var random = new Random(7);
        var model = new List<(int Id, string Name, DateTimeOffset At, bool IsReadOnly)>();
        for (var i = 1; i <= 400; i++)
        {
            server.Clock.Advance(TimeSpan.FromSeconds(random.Next(3)));
            model.Add((i, "Op" + random.Next(5), server.Clock.GetUtcNow(), random.Next(2) == 0));
            await RecordAsync(server, i, model[^1].Name, model[^1].IsReadOnly);
        }

        var start = model[0].At.ToUnixTimeSeconds();
        var length = (int)(model[^1].At.ToUnixTimeSeconds() - start);
        await Gen.Select(Gen.Int[0, 6], Gen.Int[0, 1], Gen.Int[-5, length], Gen.Int[0, length], Gen.Int[1, 50]).SampleAsync(
            async (name, readOnly, from, span, most) =>
            {
                var attribute = name switch { 6 => "", 5 => $$"""{"AttributeKey":"ReadOnly","AttributeValue":"{{(readOnly == 1 ? "true" : "false")}}"}""", _ => $$"""{"AttributeKey":"EventName","AttributeValue":"Op{{name}}"}""" };
                var body = $$"""{"MaxResults":{{most}},"StartTime":{{start + from}},"EndTime":{{start + from + span}},"LookupAttributes":[{{(attribute.Length == 0 ? """{"AttributeKey":"EventSource","AttributeValue":"test"}""" : attribute)}}]}""";
                var expected = model
                    .Where(one => name switch { 6 => true, 5 => one.IsReadOnly == (readOnly == 1), _ => one.Name == "Op" + name })
                    .Where(one => one.At.ToUnixTimeSeconds() >= start + from && one.At.ToUnixTimeSeconds() <= start + from + span)
                    .Select(one => one.Id.ToString())
                    .Reverse();
                var found = await server.LookupAsync(body);
                Assert.Equal(expected, found.Where(one => one.Text("EventSource") == "test").Select(one => one.Text("EventId")));
            },
            iter: 60,
            threads: 2);
    }

    private static string Attribute(string key, string value) => $$"""{"LookupAttributes":[{"AttributeKey":"{{key}}","AttributeValue":"{{value}}"}]}""";

    private static Task RecordAsync(ServerHarness server, int id, string name = "Op", bool isReadOnly = true, string account = "111122223333", string region = "us-east-1", DateTimeOffset? at = null)
    {
        var json = $$"""{"eventTime":"{{at ?? server.Clock.GetUtcNow():yyyy-MM-ddTHH:mm:ssZ}}","eventSource":"test","eventName":"{{name}}","awsRegion":"{{region}}","eventID":"{{id}}","readOnly":{{(isReadOnly ? "true" : "false")}},"recipientAccountId":"{{account}}"}""";
        return RecordLineAsync(server, json, at);
    }

    private static Task RecordLineAsync(ServerHarness server, string json, DateTimeOffset? at = null) => server.Server.Store.SaveAsync(
        (_, changes) =>
        {
            changes.Record(new AuditEvent(at ?? server.Clock.GetUtcNow(), Encoding.UTF8.GetBytes(json)));
            return true;
        },
        TestContext.Current.CancellationToken);
}
