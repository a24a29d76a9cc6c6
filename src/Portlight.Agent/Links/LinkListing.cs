using System.Collections.Immutable;
using Portlight.Nftables.Netlink;

namespace Portlight.Agent.Links;

/// <summary>All links of a network namespace, as they were when they were listed. With thousands of guests that takes the kernel tens of milliseconds, so what needs them at one moment shares one list.</summary>
/// <param name="Devices">Each as a device.</param>
/// <param name="AliasedVeths">What <see cref="RouteQueries.AliasedVeths"/> lists.</param>
internal sealed record LinkListing(ImmutableArray<Device> Devices, IReadOnlyList<LinkRow> AliasedVeths)
{
    private const uint WithoutStatistics = 8; // RTEXT_FILTER_SKIP_STATS

    /// <exception cref="LabException">They cannot be listed.</exception>
    internal static LinkListing Take(NetlinkSocket socket)
    {
        var devices = ImmutableArray.CreateBuilder<Device>();
        var veths = new List<LinkRow>();
        socket.Ask(
            () =>
            {
                devices.Clear();
                veths.Clear();
            },
            RouteRequests.GetLink,
            RouteQueries.Dump,
            writer =>
            {
                writer.Raw(default(RouteRequests.LinkHeader));
                writer.U32(RouteRequests.LinkExtensionMask, WithoutStatistics);
            },
            message =>
            {
                var device = Device.Read(message);
                devices.Add(device);
                if (device is { Kind: "veth", Alias: not null })
                {
                    veths.Add(RouteQueries.ReadLink(message));
                }
            });
        return new LinkListing(devices.DrainToImmutable(), veths);
    }
}
