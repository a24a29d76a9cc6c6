using System.Net;
using Portlight.Domain;

namespace Portlight.Storage;

/// <summary>The addresses that an instance takes.</summary>
internal static class InstanceAddresses
{
    public static bool HasSameAddresses(this Instance one, Instance two) =>
        Equals(one.PublicIpv4, two.PublicIpv4)
        && Equals(one.PrivateIpv4, two.PrivateIpv4)
        && Equals(one.Ipv6Address, two.Ipv6Address)
        && one.Attachment.BroughtAddresses.AsSpan().SequenceEqual(two.Attachment.BroughtAddresses.AsSpan());

    public static HashSet<IPAddress> Addresses(this Instance instance) =>
        [.. new[] { instance.PublicIpv4, instance.PrivateIpv4, instance.Ipv6Address }.OfType<IPAddress>(), .. instance.Attachment.BroughtAddresses];
}
