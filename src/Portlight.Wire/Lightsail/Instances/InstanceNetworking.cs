namespace Portlight.Wire.Lightsail;

/// <summary>The transfer allowance and port rules of an instance.</summary>
public sealed record InstanceNetworking
{
    public required MonthlyTransfer MonthlyTransfer { get; init; }

    public IReadOnlyList<InstancePortInfo> Ports { get; init; } = [];
}

/// <summary>How much an instance may transfer in a month.</summary>
public sealed record MonthlyTransfer
{
    public required int GbPerMonthAllocated { get; init; }
}
