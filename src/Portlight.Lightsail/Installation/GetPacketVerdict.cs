using Portlight.AgentProtocol;
using Portlight.Api;
using Portlight.Domain;
using Portlight.Wire;
using Portlight.Wire.PortlightApi;

namespace Portlight.Lightsail;

/// <summary>Whether the kernel's sets let a packet in to an instance: what is in force, to be held against what is stored.</summary>
internal sealed class GetPacketVerdict(Services services) : IOperation<GetPacketVerdictRequest, GetPacketVerdictResponse>
{
    public async Task<GetPacketVerdictResponse> HandleAsync(Call call, GetPacketVerdictRequest request)
    {
        var name = Requests.RequireName(call, request.InstanceName, "instanceName");
        var (packet, source) = ReadPacket(request);
        var scope = new Scope(request.AccountId ?? call.Scope.AccountId, request.RegionName ?? call.Scope.Region);
        var instance = services.Store.View.FindInstance(scope, name) ?? throw new NotFoundException($"The Instance does not exist: {name}");
        try
        {
            var verdict = await services.Hosts.Of(instance).RequireAgent().AskKernelAsync(instance.Index, packet, source, CancellationToken.None);
            return new GetPacketVerdictResponse { IsFiltered = verdict.IsFiltered, Sets = verdict.Sets };
        }
        catch (AgentException unable)
        {
            return new GetPacketVerdictResponse { Problem = unable.Message };
        }
    }

    private (PortKey Packet, Cidr Source) ReadPacket(GetPacketVerdictRequest request)
    {
        if (request.Packet.ToInput() is not { } input)
        {
            throw Requests.Invalid([new Problem("packet", "is missing")]);
        }

        if (!PortSet.TryCreate([input], services.Limits, out var set, out var problems))
        {
            throw Requests.Invalid(problems);
        }

        return set.Rules is [{ Protocol: not NetworkProtocol.All, Aliases: [] } rule]
            && (rule.Protocol is not (NetworkProtocol.Tcp or NetworkProtocol.Udp) || rule.FromPort == rule.ToPort)
            && rule.Ipv4Sources.AddRange(rule.Ipv6Sources) is [{ } source] && source.PrefixLength == source.Width
            ? (rule.Key, source)
            : throw Requests.Invalid([new Problem("packet", "is more than one packet: give one port, or an ICMP type and code, and one address in cidrs or ipv6Cidrs")]);
    }
}
