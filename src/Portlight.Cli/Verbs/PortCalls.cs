using System.Net;
using Portlight.Cli.Ports;
using Portlight.Domain;
using Portlight.Wire.Client;
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
    private (PortSet Ports, string? EntityTag)? _read;

    /// <summary>What is open. A Put rests on it.</summary>
    public async Task<PortSet> ReadAsync()
    {
        var (answer, entityTag) = await InstanceSearch.AskAsync(
            installation,
            name,
            () => installation.ClientOf(confirmWithin: null).SendTaggedAsync(
                $"{LightsailOperations.TargetPrefix}.GetInstancePortStates",
                new GetInstancePortStatesRequest { InstanceName = name },
                LightsailJson.Default.GetInstancePortStatesRequest,
                LightsailJson.Default.GetInstancePortStatesResponse,
                cancellation),
            cancellation);
        var ports = PortText.SetOf(answer.PortStates);
        _read = (ports, entityTag);
        return ports;
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

    /// <summary>Replaces the ports that were read, and no others: the operator was shown the difference to these.</summary>
    /// <exception cref="FailedException">Somebody else has changed them since.</exception>
    public async Task<Operation> PutAsync(PortSet ports)
    {
        while (true)
        {
            var before = _read;
            try
            {
                return await PutAsync(ports, installation.ClientOf(confirmWithin, before?.EntityTag));
            }
            catch (AwsErrorException changed) when (changed.Status == HttpStatusCode.PreconditionFailed)
            {
                // The tag is of all that is stored of the instance: it may have become `running`, or been given an address.
                if (!(await ReadAsync()).Equals(before?.Ports))
                {
                    throw new FailedException($"the ports of {name} were changed by somebody else meanwhile, and not by this; `portlight ports {name}` shows them");
                }
            }
        }
    }

    private async Task<Operation> PutAsync(PortSet ports, AwsClient client) => reason is not null
        ? (await ApplyAsync(client, new ApplyPortsRequest { PortInfos = [.. PortText.Infos(ports).Select(info => Timed(info, null))] })).Operation
        : (await client.SendAsync(
            $"{LightsailOperations.TargetPrefix}.PutInstancePublicPorts",
            new PutInstancePublicPortsRequest { InstanceName = name, PortInfos = PortText.Infos(ports) },
            LightsailJson.Default.PutInstancePublicPortsRequest,
            LightsailJson.Default.PutInstancePublicPortsResponse,
            cancellation)).Operation;

    private Task<ApplyPortsResponse> ApplyAsync(ApplyPortsRequest request) => ApplyAsync(installation.ClientOf(confirmWithin), request);

    private Task<ApplyPortsResponse> ApplyAsync(AwsClient client, ApplyPortsRequest request) => client.SendAsync(
        $"{PortlightOperations.TargetPrefix}.ApplyPorts", request with { InstanceName = name, Reason = reason }, PortlightJson.Default.ApplyPortsRequest, PortlightJson.Default.ApplyPortsResponse, cancellation);

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
