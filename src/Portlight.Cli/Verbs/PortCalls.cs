using Portlight.Cli.Ports;
using Portlight.Domain;
using Portlight.Wire.Client;
using Portlight.Wire.Lightsail;
using Operation = Portlight.Wire.Lightsail.Operation;

namespace Portlight.Cli.Verbs;

/// <summary>Lightsail's operations on the ports of one instance, as the command calls them.</summary>
internal sealed class PortCalls(Installation installation, string name, TimeSpan? confirmWithin, CancellationToken cancellation)
{
    public async Task<PortSet> ReadAsync()
    {
        try
        {
            var answer = await installation.LightsailAsync(
                "GetInstancePortStates",
                new GetInstancePortStatesRequest { InstanceName = name },
                LightsailJson.Default.GetInstancePortStatesRequest,
                LightsailJson.Default.GetInstancePortStatesResponse,
                confirmWithin: null,
                cancellation);
            return PortText.SetOf(answer.PortStates);
        }
        catch (AwsErrorException missing) when (missing.Type == "NotFoundException" && installation.OtherAccount is null)
        {
            throw await InstanceSearch.ElsewhereAsync(installation, name, cancellation);
        }
    }

    public async Task<Operation> OpenAsync(PortInfo rule) => (await installation.LightsailAsync(
        "OpenInstancePublicPorts",
        new OpenInstancePublicPortsRequest { InstanceName = name, PortInfo = rule },
        LightsailJson.Default.OpenInstancePublicPortsRequest,
        LightsailJson.Default.OpenInstancePublicPortsResponse,
        confirmWithin,
        cancellation)).Operation;

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
