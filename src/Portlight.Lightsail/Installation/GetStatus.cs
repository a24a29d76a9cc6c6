using System.Globalization;
using Portlight.Api;
using Portlight.Domain;
using Portlight.Wire;
using Portlight.Wire.PortlightApi;
using AgentStatus = Portlight.Wire.PortlightApi.AgentStatus;

namespace Portlight.Lightsail;

/// <summary>Desired against applied, for the whole installation or one instance of the caller's scope.</summary>
internal sealed class GetStatus(Services services) : IOperation<GetStatusRequest, GetStatusResponse>
{
    /// <summary>So that a page is no large answer (<see cref="AccountShares"/>): a client that reads the status of thousands is not slowed down for it.</summary>
    private const int PageSize = 50;

    /// <summary>ListHosts tells of all of them.</summary>
    private const int MaxAgents = 100;

    private readonly DateTimeOffset _startedAt = services.Clock.GetUtcNow();

    public Task<GetStatusResponse> HandleAsync(Call call, GetStatusRequest request)
    {
        var agent = services.Hosts.Local.Status!;
        var (instances, next) = Page(call, request);
        return Task.FromResult(new GetStatusResponse
        {
            Server = new ServerStatus
            {
                Version = HostShapes.Version,
                StartedAt = _startedAt,
                Enforce = agent.Enforces ? "kernel" : "record",
                EnforceReason = NotFiltered.WhyRecorded(agent),
                Connections = agent.Connections,
                Revision = services.Store.Revision,
                AccountId = services.Home.AccountId,
                RegionName = services.Home.Region,
                EmptyAliases = [.. services.Limits.Aliases.Where(alias => alias.Value.IsEmpty).Select(alias => alias.Key)],
                OtherServers = [.. OtherServers()],
            },
            Instances = [.. instances.Select(services.StatusOf)],
            Agents = [.. Agents(request)],
            NextPageToken = next,
        });
    }

    private IEnumerable<OtherServer> OtherServers() => services.Hosts.Servers.Others
        .Select(other => new OtherServer { AgentAddress = other.Server.Agents.FirstOrDefault()?.GetLeftPart(UriPartial.Authority), IsThere = other.IsThere, LastSeenAt = other.Server.BeatAt })
        .OrderBy(other => other.IsThere).ThenBy(other => other.AgentAddress, StringComparer.Ordinal);

    /// <summary>That of this machine, and with the first page the others': those with a problem first, the rest by name.</summary>
    private IEnumerable<AgentStatus> Agents(GetStatusRequest request) => request.PageToken is not null
        ? [services.Hosts.Local.ToWire(services)]
        : services.Hosts.All.Select(host => host.ToWire(services))
            .OrderBy(agent => agent.HostName != HostName.Local).ThenBy(agent => agent.IsConnected).ThenBy(agent => agent.HostName, StringComparer.Ordinal).Take(MaxAgents);

    private (IReadOnlyList<Instance> Instances, string? Next) Page(Call call, GetStatusRequest request)
    {
        var view = services.Store.View;
        if (request.InstanceName is not null)
        {
            return ([view.RequireInstance(call, Requests.RequireName(call, request.InstanceName, "instanceName"))], null);
        }

        var after = 0L;
        if (request.PageToken is not null && !long.TryParse(request.PageToken, NumberStyles.None, CultureInfo.InvariantCulture, out after))
        {
            throw new InvalidInputException("pageToken: is not one that GetStatus gave out");
        }

        var page = view.ListInstances(after, PageSize + 1);
        return page.Count > PageSize
            ? ([.. page.Take(PageSize)], page[PageSize - 1].Index.ToString(CultureInfo.InvariantCulture))
            : (page, null);
    }
}
