namespace Portlight.Domain;

/// <summary>A size by name. Portlight rents out nothing: a bundle decides what is shown, and whether an instance may have a public IPv4 address.</summary>
public sealed record Bundle
{
    /// <summary><c>nano_3_0</c>.</summary>
    public required string Id { get; init; }

    /// <summary><c>Nano</c>.</summary>
    public required string Name { get; init; }

    /// <summary><c>nano</c>.</summary>
    public required string InstanceType { get; init; }

    /// <summary>US dollars a month.</summary>
    public required double Price { get; init; }

    public required int CpuCount { get; init; }

    public required double RamSizeInGb { get; init; }

    public required int DiskSizeInGb { get; init; }

    public required int TransferPerMonthInGb { get; init; }

    public required int Power { get; init; }

    public required Platform Platform { get; init; }

    /// <summary>Public IPv4 addresses that it includes: 0 for a bundle that is IPv6 only, 1 for every other.</summary>
    public required int PublicIpv4AddressCount { get; init; }

    /// <summary>False for earlier generations, which lists leave out unless asked; they can still be created with.</summary>
    public required bool IsActive { get; init; }

    /// <summary>Of the system disk: 3 for each GB and at least 100, as captures show (100 at 20 GB, 240 at 80 GB).</summary>
    public int DiskIops => Math.Max(100, 3 * DiskSizeInGb);
}
