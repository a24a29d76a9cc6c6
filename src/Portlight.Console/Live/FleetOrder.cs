namespace Portlight.Console.Live;

/// <summary>The orders in which the list of instances can be read.</summary>
internal static class FleetOrder
{
    /// <param name="sort"><c>name</c>, <c>address</c>, <c>host</c>, <c>kernel</c> or <c>applied</c>, from the last to the first with a hyphen before it; anything else leaves the order as it is.</param>
    /// <param name="instances">In the order in which they were made, which those that are alike keep.</param>
    public static IEnumerable<InstanceView> By(string? sort, IEnumerable<InstanceView> instances) => sort?.TrimStart('-') switch
    {
        "name" => Ordered(instances, sort, instance => instance.Name, StringComparer.OrdinalIgnoreCase),
        "address" => Ordered(instances, sort, AddressKey, StringComparer.Ordinal),
        "host" => Ordered(instances, sort, instance => instance.Host ?? "", StringComparer.Ordinal),
        "kernel" => Ordered(instances, sort, instance => instance.Sync, Comparer<SyncState>.Default),
        "applied" => Ordered(instances, sort, instance => instance.Status.AppliedAt ?? DateTimeOffset.MinValue, Comparer<DateTimeOffset>.Default),
        _ => instances,
    };

    private static IEnumerable<InstanceView> Ordered<T>(IEnumerable<InstanceView> instances, string sort, Func<InstanceView, T> key, IComparer<T> order) =>
        sort[0] == '-' ? instances.OrderByDescending(key, order) : instances.OrderBy(key, order);

    /// <summary>The first address, the parts of one of IPv4 at equal lengths and before those of IPv6; of none, behind all.</summary>
    private static string AddressKey(InstanceView instance) => instance.Status.IpAddresses switch
    {
        [] => "~~",
        [var ipv6, ..] when ipv6.Contains(':', StringComparison.Ordinal) => "~" + ipv6,
        [var ipv4, ..] => string.Join('.', ipv4.Split('.').Select(part => part.PadLeft(3, '0'))),
    };
}
