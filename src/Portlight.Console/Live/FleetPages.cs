using System.Collections.Immutable;
using Portlight.Console.Api;
using Portlight.Wire.PortlightApi;

namespace Portlight.Console.Live;

/// <summary>The whole fleet, read once.</summary>
internal static class FleetPages
{
    private const int PageSize = 1_000;

    /// <summary>Every instance in the order in which they were made, and the revision of the first page: what changes while the others are read is told to those who watch from there.</summary>
    public static async Task<(ImmutableArray<InstanceView> Instances, long? Revision)> ReadAsync(ApiCaller caller, CancellationToken cancellation)
    {
        var instances = ImmutableArray.CreateBuilder<InstanceView>();
        var alike = new AlikeParts();
        long? revision = null;
        string? token = null;
        do
        {
            var page = await ListAsync(caller, new ListFleetRequest { MaxResults = PageSize, PageToken = token }, cancellation);
            revision ??= page.Revision;
            instances.AddRange(page.Instances.Select(alike.View));
            token = page.NextPageToken;
        }
        while (token is not null);
        return (instances.DrainToImmutable(), revision);
    }

    /// <summary>The instance of that name, which may be part of the names of many others; none where it is gone.</summary>
    public static async Task<IReadOnlyList<InstanceStatus>> FindAsync(ApiCaller caller, string name, CancellationToken cancellation)
    {
        string? token = null;
        do
        {
            var page = await ListAsync(caller, new ListFleetRequest { Query = name, MaxResults = PageSize, PageToken = token }, cancellation);
            if (page.Instances.FirstOrDefault(status => status.Name == name) is { } found)
            {
                return [found];
            }

            token = page.NextPageToken;
        }
        while (token is not null);
        return [];
    }

    public static Task<ListFleetResponse> ListAsync(ApiCaller caller, ListFleetRequest request, CancellationToken cancellation) =>
        caller.CallAsync("ListFleet", request, PortlightJson.Default.ListFleetRequest, PortlightJson.Default.ListFleetResponse, cancellation);
}
