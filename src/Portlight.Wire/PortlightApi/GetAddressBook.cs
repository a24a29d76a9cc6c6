using Portlight.Wire.Lightsail;

namespace Portlight.Wire.PortlightApi;

/// <summary>Asks for the names that the account has given to networks and to port sets. They are the same in every region.</summary>
public sealed record GetAddressBookRequest;

/// <summary>The answer to <see cref="GetAddressBookRequest"/>, each list in order of name.</summary>
public sealed record GetAddressBookResponse
{
    public required IReadOnlyList<NamedNetwork> Networks { get; init; }

    public required IReadOnlyList<PortTemplate> Templates { get; init; }
}

/// <summary>Addresses under a name, for people who write rules. A rule keeps addresses: it is not changed with the name.</summary>
public sealed record NamedNetwork
{
    public required string Name { get; init; }

    /// <summary>IPv4, as a rule has them.</summary>
    public IReadOnlyList<string> Cidrs { get; init; } = [];

    public IReadOnlyList<string> Ipv6Cidrs { get; init; } = [];
}

/// <summary>Port rules under a name, from which a change can be made. No instance is changed with it.</summary>
public sealed record PortTemplate
{
    public required string Name { get; init; }

    public required IReadOnlyList<InstancePortState> PortStates { get; init; }
}
