using Portlight.AgentProtocol;

namespace Portlight.AgentStream.Wire;

/// <summary>The guests of a machine as messages, and back.</summary>
internal static class GuestMessages
{
    internal static Guests Write(Discovery discovery) => new()
    {
        All =
        {
            discovery.Guests.Select(guest => new Guests.Types.Guest { Provider = guest.Provider, Name = guest.Name, IsRunning = guest.IsRunning, Cards = { guest.Cards.Select(Write) } }),
        },
        Unseen = { discovery.Unseen },
    };

    /// <exception cref="StreamFaultException">They are none.</exception>
    internal static Discovery Read(Guests guests) => new(
        [.. guests.All.Select(guest => new DiscoveredGuest(AgentText.Read(guest.Provider), AgentText.Read(guest.Name), guest.IsRunning, [.. guest.Cards.Select(Read)]))],
        [.. guests.Unseen.Select(AgentText.Read)]);

    private static Guests.Types.Card Write(GuestCard card) => new()
    {
        Name = card.Name,
        Interface = card.Interface ?? "",
        HardwareAddress = card.HardwareAddress ?? "",
        Bridge = card.Bridge ?? "",
        Addresses = { card.Addresses.Select(Blocks.Write) },
        Selector = card.Selector ?? "",
        Problem = card.Problem ?? "",
        Hint = card.Hint ?? "",
    };

    private static GuestCard Read(Guests.Types.Card card) => new(AgentText.Read(card.Name))
    {
        Interface = Text(card.Interface),
        HardwareAddress = Text(card.HardwareAddress),
        Bridge = Text(card.Bridge),
        Addresses = Blocks.ReadAddresses(card.Addresses),
        Selector = Text(card.Selector),
        Problem = Text(card.Problem),
        Hint = Text(card.Hint),
    };

    private static string? Text(string text) => text.Length > 0 ? AgentText.Read(text) : null;
}
