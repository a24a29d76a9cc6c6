using Portlight.Cli.Ports;
using Portlight.Domain;
using Portlight.Wire.Lightsail;
using Portlight.Wire.PortlightApi;
using Operation = Portlight.Wire.Lightsail.Operation;

namespace Portlight.Cli.Verbs;

/// <summary>The operations on the ports of one instance, as the command calls them.</summary>
/// <param name="installation">Whose server is called.</param>
/// <param name="name">The instance.</param>
/// <param name="confirmWithin">Within which time a change has to be confirmed; null for one that stays.</param>
/// <param name="reason">Why; null for none. AWS's operations have no place for it, so ApplyPorts is called instead of them.</param>
/// <param name="cancellation">Ends the call.</param>
internal sealed class PortCalls(Installation installation, string name, TimeSpan? confirmWithin, string? reason, CancellationToken cancellation)
{
    public async Task<PortSet> ReadAsync()
    {
        var answer = await InstanceSearch.AskAsync(
            installation,
            name,
            () => installation.LightsailAsync(
                "GetInstancePortStates",
                new GetInstancePortStatesRequest { InstanceName = name },
                LightsailJson.Default.GetInstancePortStatesRequest,
                LightsailJson.Default.GetInstancePortStatesResponse,
                confirmWithin: null,
                cancellation),
            cancellation);
        return PortText.SetOf(answer.PortStates);
    }

    public async Task<Operation> OpenAsync(PortInfo rule) => reason is not null ? (await ApplyAsync(new ApplyPortsRequest { Open = Timed(rule, null) })).Operation : (await installation.LightsailAsync(
        "OpenInstancePublicPorts",
        new OpenInstancePublicPortsRequest { InstanceName = name, PortInfo = rule },
        LightsailJson.Default.OpenInstancePublicPortsRequest,
        LightsailJson.Default.OpenInstancePublicPortsResponse,
        confirmWithin,
        cancellation)).Operation;

    /// <summary>Opens a rule for a time.</summary>
    public Task<ApplyPortsResponse> OpenForAsync(PortInfo rule, TimeSpan time) => ApplyAsync(new ApplyPortsRequest { Open = Timed(rule, time) });

    /// <summary>What of the ports is closed at a time; nothing where that cannot be asked.</summary>
    public async Task<IReadOnlyList<ExpiringPort>> ReadExpiringAsync()
    {
        var request = new ListFleetRequest { Query = name, MaxResults = 1_000 };
        while (true)
        {
            var page = await installation.CallAsync("ListFleet", request, PortlightJson.Default.ListFleetRequest, PortlightJson.Default.ListFleetResponse, cancellation);
            if (page.Instances.FirstOrDefault(instance => instance.Name == name) is { } found)
            {
                return found.Expiring ?? [];
            }

            if (page.NextPageToken is null)
            {
                return [];
            }

            request = request with { PageToken = page.NextPageToken };
        }
    }

    public async Task<Operation> CloseAsync(PortInfo rule) => reason is not null ? (await ApplyAsync(new ApplyPortsRequest { Close = rule })).Operation : (await installation.LightsailAsync(
        "CloseInstancePublicPorts",
        new CloseInstancePublicPortsRequest { InstanceName = name, PortInfo = rule },
        LightsailJson.Default.CloseInstancePublicPortsRequest,
        LightsailJson.Default.CloseInstancePublicPortsResponse,
        confirmWithin,
        cancellation)).Operation;

    public async Task<Operation> PutAsync(PortSet ports) => reason is not null ? (await ApplyAsync(new ApplyPortsRequest { PortInfos = [.. PortText.Infos(ports).Select(info => Timed(info, null))] })).Operation : (await installation.LightsailAsync(
        "PutInstancePublicPorts",
        new PutInstancePublicPortsRequest { InstanceName = name, PortInfos = PortText.Infos(ports) },
        LightsailJson.Default.PutInstancePublicPortsRequest,
        LightsailJson.Default.PutInstancePublicPortsResponse,
        confirmWithin,
        cancellation)).Operation;

    private Task<ApplyPortsResponse> ApplyAsync(ApplyPortsRequest request) => installation.CallAsync(
        "ApplyPorts", request with { InstanceName = name, Reason = reason }, PortlightJson.Default.ApplyPortsRequest, PortlightJson.Default.ApplyPortsResponse, confirmWithin, cancellation);

    private static TimedPort Timed(PortInfo rule, TimeSpan? time) => new()
    {
        FromPort = rule.FromPort,
        ToPort = rule.ToPort,
        Protocol = rule.Protocol,
        Cidrs = rule.Cidrs,
        Ipv6Cidrs = rule.Ipv6Cidrs,
        CidrListAliases = rule.CidrListAliases,
        ExpiresInSeconds = (int?)time?.TotalSeconds,
    };
}
