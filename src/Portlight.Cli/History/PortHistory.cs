using System.Runtime.CompilerServices;
using Portlight.Wire.PortlightApi;

namespace Portlight.Cli.History;

/// <summary>The changes of ports that the audit log has, page by page, newest first, for as long as the caller goes on.</summary>
internal static class PortHistory
{
    /// <summary>Of an instance; of one that is gone, too.</summary>
    public static async IAsyncEnumerable<PortRevision> OfAsync(Installation installation, string name, [EnumeratorCancellation] CancellationToken cancellation)
    {
        string? token = null;
        do
        {
            var page = await installation.CallAsync(
                "ListPortRevisions",
                new ListPortRevisionsRequest { InstanceName = name, PageToken = token },
                PortlightJson.Default.ListPortRevisionsRequest,
                PortlightJson.Default.ListPortRevisionsResponse,
                cancellation);
            foreach (var revision in page.Revisions)
            {
                yield return revision;
            }

            token = page.NextPageToken;
        }
        while (token is not null);
    }

    /// <summary>Of every instance of the account and region.</summary>
    public static async IAsyncEnumerable<Activity> OfAllAsync(Installation installation, [EnumeratorCancellation] CancellationToken cancellation)
    {
        string? token = null;
        do
        {
            var page = await installation.CallAsync(
                "LookupActivity",
                new LookupActivityRequest { Kind = "ports", PageToken = token },
                PortlightJson.Default.LookupActivityRequest,
                PortlightJson.Default.LookupActivityResponse,
                cancellation);
            foreach (var one in page.Activities)
            {
                yield return one;
            }

            token = page.NextPageToken;
        }
        while (token is not null);
    }
}
