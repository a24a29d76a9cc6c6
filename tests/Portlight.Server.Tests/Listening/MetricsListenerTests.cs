using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;
using Portlight.Domain;
using Portlight.TestKit;

namespace Portlight.Server.Tests.Listening;

/// <summary>Meters are the process's: what other servers count at the same time would be seen too.</summary>
[CollectionDefinition(nameof(MetricsListenerTests), DisableParallelization = true)]
public sealed class MetricsAlone;

/// <summary>What Prometheus reads. docs/metrics.md lists the names, and a test of the repository holds that list to the code; here they are read as they are served.</summary>
[Collection(nameof(MetricsListenerTests))]
public sealed partial class MetricsListenerTests
{
    private static readonly Uri Metrics = new("http://127.0.0.1:21714");

    [Fact]
    public async Task Requests_are_counted_by_operation_and_error_and_the_gauges_say_what_is_stored_and_applied()
    {
        await using var server = await ServerHarness.StartAsync(options => options with { Metrics = Metrics });
        await server.AddInstanceAsync("web-1", PortSet.Empty);
        for (var i = 0; i < 3; i++)
        {
            using var done = await server.PostAsync("GetInstancePortStates", """{"instanceName":"web-1"}""");
            Assert.Equal(HttpStatusCode.OK, done.StatusCode);
        }

        using var missing = await server.PostAsync("GetInstancePortStates", """{"instanceName":"web-2"}""");
        using var put = await server.PostAsync("PutInstancePublicPorts", """{"instanceName":"web-1","portInfos":[{"fromPort":443,"toPort":443,"protocol":"tcp"}]}""");
        Assert.Equal(HttpStatusCode.OK, put.StatusCode);

        // A request is counted after its answer.
        Dictionary<string, double> read = [];
        await Until.TrueAsync(
            () => (read = Read(server)).GetValueOrDefault("""rpc_server_duration_seconds_count{error_type="",rpc_method="PutInstancePublicPorts",rpc_system="aws-api"}""") > 0, "the count of the Put");
        Assert.Equal(3, read["""rpc_server_duration_seconds_count{error_type="",rpc_method="GetInstancePortStates",rpc_system="aws-api"}"""]);
        Assert.Equal(1, read["""rpc_server_duration_seconds_count{error_type="NotFoundException",rpc_method="GetInstancePortStates",rpc_system="aws-api"}"""]);
        Assert.Equal(1, read["portlight_instances"]);
        Assert.Equal(0, read["portlight_agent_failing"]);
        Assert.Equal(server.Server.Store.Revision, (long)read["portlight_revision_stored"]);
        Assert.Equal(server.Server.Store.Revision, (long)read["portlight_revision_applied"]);
        Assert.True(read["portlight_disk_available_bytes"] > 0);
        Assert.True(read["portlight_audit_events_total"] >= 1);
    }

    [Fact]
    public async Task Nothing_else_is_served_there_and_no_metrics_where_the_API_is()
    {
        await using var server = await ServerHarness.StartAsync(options => options with { Metrics = Metrics });
        foreach (var path in new[] { "/", "/healthz", "/metric" })
        {
            using var answer = await server.Http.GetAsync(new Uri(Metrics, path), TestContext.Current.CancellationToken);
            Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        }

        using var signed = server.Request("Lightsail_20161128.GetRegions", "{}"u8.ToArray());
        signed.RequestUri = Metrics;
        using var called = await server.Http.SendAsync(signed, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.NotFound, called.StatusCode);
        using var wrong = await server.Http.GetAsync(new Uri(server.Endpoint, "/metrics"), TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.NotFound, wrong.StatusCode);
    }

    [Fact]
    public async Task The_service_is_named_in_the_format_that_has_a_place_for_that()
    {
        await using var server = await ServerHarness.StartAsync(options => options with { Metrics = Metrics });
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(Metrics, "/metrics"));
        request.Headers.Add("Accept", "application/openmetrics-text; version=1.0.0");

        using var answer = await server.Http.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Matches("\ntarget_info\\{[^}]*service_name=\"portlight\"", await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    /// <summary>The samples by name and labels, which are put in order; without Prometheus's own time stamps.</summary>
    private static Dictionary<string, double> Read(ServerHarness server)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(Metrics, "/metrics"));
        using var answer = server.Http.Send(request, TestContext.Current.CancellationToken);
        using var reader = new StreamReader(answer.Content.ReadAsStream(TestContext.Current.CancellationToken));
        return Sample().Matches(reader.ReadToEnd()).ToDictionary(
            match => match.Groups["name"].Value + Labels(match.Groups["labels"].Value),
            match => double.Parse(match.Groups["value"].ValueSpan, NumberStyles.Float, CultureInfo.InvariantCulture));
    }

    private static string Labels(string labels)
    {
        var kept = labels.Split(',', StringSplitOptions.RemoveEmptyEntries).Where(label => !label.StartsWith("otel_", StringComparison.Ordinal)).Order(StringComparer.Ordinal).ToList();
        return kept.Count == 0 ? "" : $"{{{string.Join(',', kept)}}}";
    }

    [GeneratedRegex(@"^(?<name>[a-z_]+)(\{(?<labels>[^}]*)\})? (?<value>\S+)", RegexOptions.Multiline)]
    private static partial Regex Sample();
}
