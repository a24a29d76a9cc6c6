using Portlight.Api;
using Portlight.Domain;
using Portlight.Wire;
using Portlight.Wire.PortlightApi;

namespace Portlight.Lightsail;

/// <summary>The hosts of the installation, and how the agent of each gets on.</summary>
internal sealed class ListHosts(Services services) : IOperation<ListHostsRequest, ListHostsResponse>
{
    private const int PageSize = 100;

    public Task<ListHostsResponse> HandleAsync(Call call, ListHostsRequest request)
    {
        var after = request.PageToken ?? "";
        if (after.Length > 0 && !HostName.IsValid(after))
        {
            throw new InvalidInputException("pageToken: is not one that ListHosts gave out");
        }

        var page = services.Store.View.ListHosts(after, PageSize + 1);
        return Task.FromResult(new ListHostsResponse
        {
            Hosts = [.. page.Take(PageSize).Select(host => host.ToWire(services))],
            NextPageToken = page.Count > PageSize ? page[PageSize - 1].Name : null,
        });
    }
}
