namespace Portlight.Wire.Lightsail;

/// <summary>The EC2 state code and its name: 0 pending, 16 running, 64 stopping, 80 stopped.</summary>
public sealed record InstanceState
{
    public required int Code { get; init; }

    public required string Name { get; init; }
}
