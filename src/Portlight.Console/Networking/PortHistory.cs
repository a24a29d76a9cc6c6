using Portlight.Console.Api;
using Portlight.Wire.PortlightApi;

namespace Portlight.Console.Networking;

/// <summary>The earlier port sets of an instance, as the audit log has them.</summary>
internal static class PortHistory
{
    /// <summary>Pages that are looked through for one change.</summary>
    private const int MostPages = 20;

    public static Task<ListPortRevisionsResponse> PageAsync(ApiCaller caller, string instance, string? token, CancellationToken cancellation) => caller.CallAsync(
        "ListPortRevisions", new ListPortRevisionsRequest { InstanceName = instance, PageToken = token }, PortlightJson.Default.ListPortRevisionsRequest, PortlightJson.Default.ListPortRevisionsResponse, cancellation);

    /// <summary>The newest change; null where the log holds none.</summary>
    public static async Task<PortRevision?> NewestAsync(ApiCaller caller, string instance, CancellationToken cancellation) => (await caller.CallAsync(
        "ListPortRevisions", new ListPortRevisionsRequest { InstanceName = instance, MaxResults = 1 }, PortlightJson.Default.ListPortRevisionsRequest, PortlightJson.Default.ListPortRevisionsResponse, cancellation)).Revisions is [var newest, ..] ? newest : null;

    /// <summary>What stood before a change; null where the change is not found, or nothing stood.</summary>
    public static async Task<RecordedPorts?> BeforeAsync(ApiCaller caller, string instance, string eventId, CancellationToken cancellation)
    {
        string? token = null;
        for (var pages = 0; pages < MostPages; pages++)
        {
            var page = await PageAsync(caller, instance, token, cancellation);
            if (page.Revisions.FirstOrDefault(revision => revision.EventId == eventId) is { } found)
            {
                return found.Before;
            }

            if ((token = page.NextPageToken) is null)
            {
                break;
            }
        }

        return null;
    }
}
