using System.Security.Cryptography;
using Portlight.Agent.Links;
using Portlight.Nftables.Netlink;

namespace Portlight.Agent.Lab;

/// <summary>What there is of a lab instance that is going.</summary>
/// <param name="Alias">Which it is.</param>
/// <param name="Device">Its link on this side (ifindex), whatever its name; null when there is none.</param>
/// <param name="OwnsNamespace">The namespace of its name is its own.</param>
internal readonly record struct LabRemains(LabAlias Alias, int? Device, bool OwnsNamespace);

/// <summary>
/// Removes lab links, many at once. At each removal the kernel waits for everything that may still use a device, about 30 ms, however many devices go by it;
/// so they are put into a group of their own, which goes as a whole.
/// </summary>
internal sealed class LinkRemoval(NetlinkSocket socket)
{
    // The kernel answers each request, and the answers must fit the receive buffer.
    private const int RequestsAtOnce = 64;

    /// <summary>
    /// The names of the namespaces first and the links last: as long as a link is there, a removal that was interrupted finds the rest by its alias. Gives what was
    /// refused, in words; the link of a namespace that keeps its name is down.
    /// </summary>
    internal Dictionary<LabAlias, string> Run(IReadOnlyCollection<LabRemains> instances)
    {
        var refused = new Dictionary<LabAlias, string>();
        var going = new List<int>();
        foreach (var (alias, device, ownsNamespace) in instances)
        {
            if (ownsNamespace && Refusal.Of(() => NamedNamespace.Delete(alias.NamespaceName)) is { } problem)
            {
                refused[alias] = problem;
                _ = Refusal.Of(() => Close(device));
            }
            else if (device is { } link)
            {
                going.Add(link);
            }
        }

        if (going.Count > 0 && Refusal.Of(() => RemoveGroup(going)) is { } refusal)
        {
            foreach (var instance in instances.Where(instance => instance.Device is { } link && going.Contains(link)))
            {
                refused[instance.Alias] = refusal;
            }
        }

        return refused;
    }

    /// <exception cref="LabException">Something was refused.</exception>
    internal static void Require(Dictionary<LabAlias, string> refused)
    {
        if (refused.Count > 0)
        {
            throw new LabException(refused.Values.First());
        }
    }

    private void Close(int? device)
    {
        if (device is { } link)
        {
            using var batch = new RouteBatch(socket);
            batch.SetDown(link);
            batch.Commit();
        }
    }

    private void RemoveGroup(IEnumerable<int> links)
    {
        // Drawn anew for each removal, so that nobody else's link is in it. The kernel removes no group 0, where all links are by default.
        var group = (uint)RandomNumberGenerator.GetInt32(1, int.MaxValue);
        using var batch = new RouteBatch(socket);
        foreach (var some in links.Chunk(RequestsAtOnce))
        {
            foreach (var link in some)
            {
                batch.SetGroup(link, group);
            }

            batch.Commit();
        }

        batch.RemoveGroup(group);
        batch.Commit();
    }
}
