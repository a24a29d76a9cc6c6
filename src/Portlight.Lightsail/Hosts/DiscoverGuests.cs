using Portlight.AgentProtocol;
using Portlight.Api;
using Portlight.Domain;
using Portlight.Wire;
using Portlight.Wire.PortlightApi;
using Attachment = Portlight.Domain.Attachment;
using GuestCard = Portlight.Wire.PortlightApi.GuestCard;

namespace Portlight.Lightsail;

/// <summary>
/// The guests of a host, as its agent finds them. What it says is others' text, from files and sockets of a machine that may not be trusted, and is shown on a terminal: bounded, in one
/// line, and a selector only where it is one.
/// </summary>
internal sealed class DiscoverGuests(Services services) : IOperation<DiscoverGuestsRequest, DiscoverGuestsResponse>
{
    private const int MaxGuests = 2000;
    private const int MaxCards = 16;
    private const int MaxUnseen = 50;
    private const int LongestLine = 400;

    public async Task<DiscoverGuestsResponse> HandleAsync(Call call, DiscoverGuestsRequest request)
    {
        var view = services.Store.View;
        var host = HostAccess.Of(call, HostAccess.RequireName(call, request.HostName ?? HostName.Local)).Require(view);
        var found = await AskAsync(host);
        var attached = services.Store.View.ListInstancesOn(host.Name).Where(instance => instance.Attachment is Attachment.Interface).ToList();
        return new DiscoverGuestsResponse
        {
            HostName = host.Name,
            Guests =
            [
                .. found.Guests.Take(MaxGuests).Select(guest => new Guest
                {
                    Provider = UserText.Excerpt(guest.Provider),
                    Name = UserText.Excerpt(guest.Name),
                    IsRunning = guest.IsRunning,
                    Cards = [.. guest.Cards.Take(MaxCards).Select(card => ToWire(card, attached))],
                }),
            ],
            Unseen = [.. found.Unseen.Take(MaxUnseen).Select(Line)],
        };
    }

    private async Task<Discovery> AskAsync(Host host)
    {
        try
        {
            return await services.Hosts.Of(host.Name).AskAsync(agent => agent.DiscoverAsync(CancellationToken.None));
        }
        catch (AgentException unable)
        {
            throw new InvalidInputException($"its agent has to look, and cannot: {unable.Message}");
        }
    }

    private static GuestCard ToWire(AgentProtocol.GuestCard card, List<Instance> attached)
    {
        var hardwareAddress = card.HardwareAddress is { } address && InterfaceSelector.TryParse(InterfaceSelector.Mac + address, out var mac) ? mac[InterfaceSelector.Mac.Length..] : null;
        var selector = card.Selector is { } given && InterfaceSelector.NameIn(given) is not null ? given
            : card.Selector is not null && InterfaceSelector.TryParse(card.Selector, out var written) ? written : null;
        return new GuestCard
        {
            Name = UserText.Excerpt(card.Name),
            InterfaceName = card.Interface is { } nic && InterfaceSelector.IsName(nic) ? nic : null,
            HardwareAddress = hardwareAddress,
            Bridge = card.Bridge is { } bridge && InterfaceSelector.IsName(bridge) ? bridge : null,
            Addresses = [.. card.Addresses.Take(MaxCards).Select(one => one.ToString())],
            Selector = selector,
            Problem = card.Problem is null ? null : Line(card.Problem),
            Hint = card.Hint is null ? null : Line(card.Hint),
            AttachedAs = attached.Find(instance => IsOf((Attachment.Interface)instance.Attachment, card.Interface, hardwareAddress, selector))?.Name,
        };
    }

    /// <summary>Whether what is attached is that card: by the device that it was, by what finds it, or by the name that leads to it.</summary>
    private static bool IsOf(Attachment.Interface at, string? name, string? hardwareAddress, string? selector) =>
        (at.Selector is { } attached && (attached == selector || (hardwareAddress is not null && InterfaceSelector.Overlap(attached, InterfaceSelector.Mac + hardwareAddress))))
        || (hardwareAddress is not null && InterfaceSelector.Selects(InterfaceSelector.Mac + hardwareAddress, at.Device))
        || (at.Name.Length > 0 && (at.Name == name || InterfaceSelector.Name + at.Name == selector));

    private static string Line(string text) => UserText.Line(text, LongestLine);
}
