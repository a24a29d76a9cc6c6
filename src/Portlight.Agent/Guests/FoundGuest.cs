using System.Net;
using System.Net.Sockets;
using Portlight.Domain;

namespace Portlight.Agent.Guests;

/// <summary>A guest as its provider tells of it: nothing is checked yet but what is said of each member.</summary>
/// <param name="Provider">The provider that tells.</param>
/// <param name="Name">What it is called there.</param>
/// <param name="IsRunning">Whether it runs; null where the provider's file does not say.</param>
internal sealed record FoundGuest(string Provider, string Name, bool? IsRunning)
{
    internal List<FoundCard> Cards { get; } = [];
}

/// <summary>A network card of it.</summary>
internal sealed class FoundCard(string name)
{
    internal string Name { get; } = name;

    internal string? HostSide { get; set; }

    /// <summary>As <c>52:54:00:aa:bb:01</c>; what is none is null.</summary>
    internal string? HardwareAddress
    {
        get;
        set => field = value is not null && InterfaceSelector.TryParse(InterfaceSelector.Mac + value, out var selector) ? selector[InterfaceSelector.Mac.Length..] : null;
    }

    internal string? Bridge { get; set; }

    internal List<IPAddress> Addresses { get; } = [];

    /// <summary>By what it is found at each start; null where nothing is known for sure.</summary>
    internal string? Selector { get; set; }

    internal string? Problem { get; set; }

    internal string? Hint { get; set; }

    /// <summary>Adds an address, with or without the length of a prefix; what is none is passed over.</summary>
    internal void AddAddress(string? text)
    {
        if (text?.Split('/')[0] is { } bare && Cidr.TryParseAddress(bare, out var address, out _) && address is { AddressFamily: AddressFamily.InterNetwork or AddressFamily.InterNetworkV6, IsIPv6LinkLocal: false }
            && !IPAddress.IsLoopback(address) && !Addresses.Contains(address))
        {
            Addresses.Add(address);
        }
    }
}

/// <summary>What one provider tells.</summary>
/// <param name="Guests">Its guests.</param>
/// <param name="Unseen">What could not be read, each in a sentence.</param>
internal sealed record FoundGuests(IReadOnlyList<FoundGuest> Guests, IReadOnlyList<string> Unseen)
{
    internal static readonly FoundGuests None = new([], []);

    internal static FoundGuests NotRead(string reason) => new([], [reason]);
}
