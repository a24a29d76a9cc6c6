using Portlight.Server.Tests.Audit;
using Portlight.Wire.PortlightApi;
using Portlight.Wire.SigV4;
using Json = Portlight.Wire.PortlightApi.PortlightJson;

namespace Portlight.Server.Tests.History;

/// <summary>What has happened, as a client asks for it.</summary>
internal static class HistoryCalls
{
    public static async Task<ListPortRevisionsResponse> RevisionPageAsync(this ServerHarness server, ListPortRevisionsRequest request, AwsCredentials? caller = null)
    {
        await server.FlushAuditAsync();
        return await server.Client(caller).SendAsync(
            "Portlight_20261122.ListPortRevisions", request, Json.Default.ListPortRevisionsRequest, Json.Default.ListPortRevisionsResponse, TestContext.Current.CancellationToken);
    }

    public static async Task<IReadOnlyList<PortRevision>> RevisionsAsync(this ServerHarness server, string name, AwsCredentials? caller = null) =>
        (await server.RevisionPageAsync(new() { InstanceName = name }, caller)).Revisions;

    public static async Task<LookupActivityResponse> ActivityPageAsync(this ServerHarness server, LookupActivityRequest request, AwsCredentials? caller = null)
    {
        await server.FlushAuditAsync();
        return await server.Client(caller).SendAsync(
            "Portlight_20261122.LookupActivity", request, Json.Default.LookupActivityRequest, Json.Default.LookupActivityResponse, TestContext.Current.CancellationToken);
    }

    public static async Task<CountActivityResponse> CountPageAsync(this ServerHarness server, CountActivityRequest request, AwsCredentials? caller = null)
    {
        await server.FlushAuditAsync();
        return await server.Client(caller).SendAsync(
            "Portlight_20261122.CountActivity", request, Json.Default.CountActivityRequest, Json.Default.CountActivityResponse, TestContext.Current.CancellationToken);
    }

    /// <summary>Page by page to the end: how many of each kind, and each page's <c>CountedSince</c>.</summary>
    public static async Task<(Dictionary<string, long> Events, List<DateTimeOffset> Since)> CountsAsync(this ServerHarness server, CountActivityRequest request, AwsCredentials? caller = null)
    {
        var (events, since) = (new Dictionary<string, long>(StringComparer.Ordinal), new List<DateTimeOffset>());
        string? token = null;
        do
        {
            var page = await server.CountPageAsync(request with { PageToken = token }, caller);
            foreach (var count in page.Counts)
            {
                events[count.Kind] = events.GetValueOrDefault(count.Kind) + count.Steps.Sum();
            }

            since.Add(page.CountedSince);
            token = page.NextPageToken;
        }
        while (token is not null);
        return (events, since);
    }

    public static async Task<IReadOnlyList<Activity>> ActivitiesAsync(this ServerHarness server, LookupActivityRequest request, AwsCredentials? caller = null) =>
        (await server.ActivityPageAsync(request, caller)).Activities;
}
