using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using Portlight.AgentProtocol;
using Portlight.Domain;

namespace Portlight.Fleet;

/// <summary>
/// Instance → what the agent of its host must make true: a function of what is stored and of the settings, and of nothing else. For all hosts, from any thread.
/// </summary>
internal sealed class Projection(PortLimits limits, Scope defaultScope)
{
    private readonly ConcurrentDictionary<Scope, uint> _peerGroups = new();
    private uint _lastPeerGroup;

    public DesiredInstance Of(Instance instance) => new()
    {
        Index = instance.Index,
        Revision = instance.Revision,
        Attachment = AtHome(instance.Attachment),
        Ports = instance.Ports.Resolve(limits.Aliases),
        Expiring = instance.Expiring.IsEmpty ? [] : [.. instance.Expiring.Select(one => one with { Rule = PortSet.Of(one.Rule).Resolve(limits.Aliases).Rules[0] })],
        IsRunning = instance.State is InstanceState.Pending or InstanceState.Running,
        NamespaceName = instance.Attachment is Attachment.Lab ? NamespaceName(instance.Scope, instance.Name) : null,
        PublicAddresses = [.. PublicAddresses(instance)],
        PrivateAddress = instance.PrivateIpv4,
        PeerGroup = PeerGroup(instance.Scope),
    };

    /// <summary>
    /// <c>pl-web-1</c> in the default scope, <c>pl-REGION-web-1</c> in another region, <c>pl-ACCOUNT-REGION-web-1</c> in another account. A name in the
    /// default scope that itself begins like one of the longer forms takes the longest form, so that no two instances ever share a namespace. What is too long
    /// for the alias of a link (255 bytes, of which this is a part) is cut, and ends with a hash of the whole.
    /// </summary>
    public string NamespaceName(Scope scope, string name)
    {
        var whole = WholeNamespaceName(scope, name);
        return whole.Length < CutLength ? whole : $"{whole[..(CutLength - HashLength - 1)]}-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(whole)))[..HashLength]}";
    }

    /// <summary>Only names that are cut have this length, so a cut one is never another's whole one.</summary>
    private const int CutLength = 160;

    private const int HashLength = 32;

    private string WholeNamespaceName(Scope scope, string name)
    {
        if (scope.AccountId != defaultScope.AccountId)
        {
            return $"pl-{scope.AccountId}-{scope.Region}-{name}";
        }

        return scope == defaultScope && !BeginsLikeAScope(name) ? $"pl-{name}" : $"pl-{scope.Region}-{name}";
    }

    private static IEnumerable<IPAddress> PublicAddresses(Instance instance)
    {
        if (instance.PublicIpv4 is { } ipv4)
        {
            yield return ipv4;
        }

        if (instance.Ipv6Address is { } ipv6 && instance.IpAddressType != IpAddressType.Ipv4)
        {
            yield return ipv6;
        }
    }

    /// <summary>Regions are <c>us-east-1</c>, <c>us-gov-west-1</c>: a word, a dash, …, a number, a dash. Accounts are 12 digits and a dash.</summary>
    private static bool BeginsLikeAScope(string name)
    {
        var parts = name.Split('-');
        return parts.Length > 1
            && ((parts[0].Length == 12 && parts[0].All(char.IsAsciiDigit))
                || (parts.Length > 3 && parts[0].Length == 2 && parts.Skip(2).Take(parts.Length - 3).Any(part => part.Length == 1 && char.IsAsciiDigit(part[0]))));
    }

    /// <summary>An agent knows no other host than its own.</summary>
    private static Attachment AtHome(Attachment attachment) => attachment.Host == HostName.Local ? attachment : attachment with { Host = HostName.Local };

    /// <summary>Scopes are numbered as they are met, so that two never share a group.</summary>
    private uint PeerGroup(Scope scope) =>
        _peerGroups.TryGetValue(scope, out var group) ? group : _peerGroups.GetOrAdd(scope, static (_, all) => Interlocked.Increment(ref all._lastPeerGroup), this);
}
