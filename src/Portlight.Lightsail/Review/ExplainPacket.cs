using System.Net;
using Portlight.AgentProtocol;
using Portlight.Api;
using Portlight.Domain;
using Portlight.Fleet;
using Portlight.Storage;
using Portlight.Wire.PortlightApi;
using Attachment = Portlight.Domain.Attachment;

namespace Portlight.Lightsail;

/// <summary>Whether a packet comes in to an instance, and why: what is stored, held against what the kernel's sets say.</summary>
internal sealed class ExplainPacket(Services services) : IOperation<ExplainPacketRequest, ExplainPacketResponse>
{
    private const int Page = 1_000;

    public async Task<ExplainPacketResponse> HandleAsync(Call call, ExplainPacketRequest request)
    {
        var name = Requests.RequireName(call, request.InstanceName, "instanceName");
        var packet = SinglePacket.Of(request.Packet, services.Limits);
        var view = services.Store.View;
        var instance = new ResourceAccess<Instance>(call, ResourceKinds.Instance, name).Require(view);
        var host = services.Hosts.Of(instance);
        var answer = Explanation.OfStored(packet, instance, services.Limits.Aliases, [.. Always(packet, instance, view)]);
        var (applied, refusal) = (AppliedRevision.Of(instance, host, view), host.Outcomes.LastRefusal(instance.Index));
        answer = NotFiltered.Of(instance, host) is { } why ? answer.Unfiltered(name, why)
            : applied == instance.Revision && refusal is null ? answer
            : answer.Behind(applied, refusal?.Reason);
        var kernel = answer.IsDecidedBySets ? await AskKernelAsync(instance, host, packet) : null;
        answer = kernel switch
        {
            { Verdict: { } verdict } => answer.With(verdict),
            { Problem: { } problem } => answer.Unasked(problem),
            _ => answer,
        };
        return new ExplainPacketResponse
        {
            Verdict = answer.IsLetIn ? "open" : "closed",
            Reasons = answer.Reasons,
            Rules = [.. answer.Rules.Select(rule => rule.ToPortState(services.Options.AwsQuirks))],
            Kernel = kernel is { } asked ? new KernelVerdict { IsFiltered = asked.Verdict?.IsFiltered, Sets = asked.Verdict?.Sets ?? [], Problem = asked.Problem } : null,
        };
    }

    private static async Task<(PacketVerdict? Verdict, string? Problem)?> AskKernelAsync(Instance instance, HostLoop host, SinglePacket packet)
    {
        try
        {
            return (await host.AskAsync(agent => agent.AskKernelAsync(instance.Index, packet.Key, Cidr.Of(packet.Source), CancellationToken.None)), null);
        }
        catch (AgentException unable)
        {
            return (null, unable.Message);
        }
    }

    /// <summary>What the chains let in, whatever the port set says.</summary>
    private IEnumerable<string> Always(SinglePacket packet, Instance instance, IStoreView view)
    {
        if (instance.Attachment is Attachment.Lab && FindPeer(instance, packet.Source, view) is { } peer)
        {
            yield return $"{packet.Source} is the private address of {peer.Name}, and private addresses of one account and region reach each other on one host";
        }

        if (instance.Attachment is Attachment.ThisHost)
        {
            if (IPAddress.IsLoopback(packet.Source))
            {
                yield return "it comes over loopback, which is not filtered";
            }

            if (instance.Attachment.Host == HostName.Local && packet.Key.Protocol == NetworkProtocol.Tcp && services.Options.ControlPlanePorts.Any(listener => listener.Port == packet.Key.FromPort))
            {
                yield return $"the server itself listens on {packet.Key}, which stays open so that the next change can arrive";
            }
        }

        if (packet.Key is { Protocol: NetworkProtocol.Icmpv6, FromPort: >= 133 and <= 137 })
        {
            yield return "it is neighbour discovery, which passes if its hop limit is 255";
        }
    }

    /// <summary>The lab instance of the same scope and host that has the address for its private one.</summary>
    private static Instance? FindPeer(Instance instance, IPAddress source, IStoreView view)
    {
        if (!view.IsAddressTaken(source))
        {
            return null;
        }

        for (var page = view.ListInstances(instance.Scope, 0, Page); page.Count > 0; page = view.ListInstances(instance.Scope, page[^1].Index, Page))
        {
            if (page.FirstOrDefault(other => other.Index != instance.Index && other is { Attachment: Attachment.Lab } && other.Attachment.Host == instance.Attachment.Host && source.Equals(other.PrivateIpv4)) is { } peer)
            {
                return peer;
            }
        }

        return null;
    }
}
