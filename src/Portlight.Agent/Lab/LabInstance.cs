using System.Net;
using System.Net.Sockets;
using Portlight.Agent.Links;
using Portlight.AgentProtocol;
using Portlight.Domain;

namespace Portlight.Agent.Lab;

/// <summary>What the host must have for one lab instance; equal by value, so that a Put that changes ports alone is seen to change nothing here.</summary>
internal sealed record LabInstance(long Index, string NamespaceName, IPAddress? PublicIpv4, IPAddress? PrivateIpv4, IPAddress? Ipv6, bool IsRunning)
{
    internal string LinkName => LabAlias.LinkNameOf(Index);

    internal IEnumerable<IPAddress> Addresses => new[] { PublicIpv4, PrivateIpv4, Ipv6 }.OfType<IPAddress>();

    /// <summary>The lab part of a desired instance; null when it has none. A desired state that no host could make true is a <see cref="LabException"/>.</summary>
    internal static LabInstance? Of(DesiredInstance desired)
    {
        if (desired.Attachment is not Attachment.Lab)
        {
            return null;
        }

        if (desired.Index is < 0 or > LabAlias.HighestIndex)
        {
            throw new LabException($"instance index {desired.Index} is outside 0 to {LabAlias.HighestIndex}, what a link name can carry");
        }

        if (desired.NamespaceName is not { } name || !IsFileName(name))
        {
            throw new LabException($"`{desired.NamespaceName}` is no name for a network namespace: 1 to 200 bytes without `/` are wanted");
        }

        return new LabInstance(
            desired.Index,
            name,
            desired.PublicAddresses.FirstOrDefault(address => address.AddressFamily == AddressFamily.InterNetwork),
            desired.PrivateAddress,
            desired.PublicAddresses.FirstOrDefault(address => address.AddressFamily == AddressFamily.InterNetworkV6),
            desired.IsRunning);
    }

    // The alias, prefix included, must fit IFALIASZ (256 bytes).
    private static bool IsFileName(string name) =>
        name.Length > 0
        && System.Text.Encoding.UTF8.GetByteCount(name) <= 200
        && name is not ("." or "..")
        && name.AsSpan().IndexOfAny('/', '\0') < 0;
}
