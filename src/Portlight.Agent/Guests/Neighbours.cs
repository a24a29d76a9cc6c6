using System.Net;
using Portlight.Agent.Links;
using Portlight.Nftables.Netlink;

namespace Portlight.Agent.Guests;

/// <summary>Addresses that this machine has met, by hardware address: a hint of what a guest has, and no proof.</summary>
internal static class Neighbours
{
    private const int MostEntries = 100_000;

    internal static ILookup<string, IPAddress> Read(NetlinkSocket socket)
    {
        var entries = new List<(string HardwareAddress, IPAddress Address)>();
        socket.Ask(
            entries.Clear,
            NeighbourHeader.Get,
            RouteQueries.Dump,
            writer => writer.Raw(default(NeighbourHeader)),
            message =>
            {
                var attributes = message.Attributes(12);
                if (entries.Count < MostEntries
                    && attributes.TryGet(NeighbourHeader.LinkAddress, out var link) && Device.Written(link.Value) is { } hardwareAddress
                    && attributes.TryGet(NeighbourHeader.Destination, out var destination) && destination.Value.Length is 4 or 16)
                {
                    entries.Add((hardwareAddress, new IPAddress(destination.Value)));
                }
            });
        return entries.Where(entry => !entry.Address.IsIPv6LinkLocal).Distinct().ToLookup(entry => entry.HardwareAddress, entry => entry.Address);
    }
}
