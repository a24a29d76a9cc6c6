using Portlight.Cli.Ports;
using Portlight.Domain;
using Portlight.Wire.Lightsail;
using Portlight.Wire.PortlightApi;
using Operation = Portlight.Wire.Lightsail.Operation;

namespace Portlight.Cli.Verbs;

/// <summary>The operations on the ports of one instance, as the command calls them.</summary>
internal sealed class PortCalls(Installation installation, string name, TimeSpan? confirmWithin, CancellationToken cancellation)
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

    public async Task<Operation> OpenAsync(PortInfo rule) => (await installation.LightsailAsync(
        "OpenInstancePublicPorts",
        new OpenInstancePublicPortsRequest { InstanceName = name, PortInfo = rule },
        LightsailJson.Default.OpenInstancePublicPortsRequest,
        LightsailJson.Default.OpenInstancePublicPortsResponse,
        confirmWithin,
        cancellation)).Operation;

    /// <summary>Opens a rule for a time.</summary>
    public async Task<ApplyPortsResponse> OpenForAsync(PortInfo rule, TimeSpan time) => await installation.CallAsync(
        "ApplyPorts",
        new ApplyPortsRequest
        {
            InstanceName = name,
            Open = new TimedPort
            {
                FromPort = rule.FromPort,
                ToPort = rule.ToPort,
                Protocol = rule.Protocol,
                Cidrs = rule.Cidrs,
                Ipv6Cidrs = rule.Ipv6Cidrs,
                CidrListAliases = rule.CidrListAliases,
                ExpiresInSeconds = (int)time.TotalSeconds,
            },
        },
        PortlightJson.Default.ApplyPortsRequest,
        PortlightJson.Default.ApplyPortsResponse,
        confirmWithin,
        cancellation);

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

    public async Task<Operation> CloseAsync(PortInfo rule) => (await installation.LightsailAsync(
        "CloseInstancePublicPorts",
        new CloseInstancePublicPortsRequest { InstanceName = name, PortInfo = rule },
        LightsailJson.Default.CloseInstancePublicPortsRequest,
        LightsailJson.Default.CloseInstancePublicPortsResponse,
        confirmWithin,
        cancellation)).Operation;

    public async Task<Operation> PutAsync(PortSet ports) => (await installation.LightsailAsync(
        "PutInstancePublicPorts",
        new PutInstancePublicPortsRequest { InstanceName = name, PortInfos = PortText.Infos(ports) },
        LightsailJson.Default.PutInstancePublicPortsRequest,
        LightsailJson.Default.PutInstancePublicPortsResponse,
        confirmWithin,
        cancellation)).Operation;
}
