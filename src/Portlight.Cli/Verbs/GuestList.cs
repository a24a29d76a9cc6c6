using Portlight.Domain;
using Portlight.Wire.PortlightApi;

namespace Portlight.Cli.Verbs;

/// <summary>
/// Guests as a person reads them. A line to attach one is made to be pasted into a shell, of names that anybody on that machine may have chosen: what stands in it is quoted, and the
/// instance's name has no characters but those of names.
/// </summary>
internal static class GuestList
{
    public static IEnumerable<string> Lines(DiscoverGuestsResponse found, string? host)
    {
        if (found.Guests.Count == 0)
        {
            yield return $"no guests were found on {(host is null ? "this machine" : found.HostName)}";
        }

        foreach (var guest in found.Guests)
        {
            yield return $"{guest.Provider} {guest.Name}{(guest.IsRunning ? "" : ", not running")}";
            foreach (var card in guest.Cards)
            {
                yield return $"  {string.Join(", ", Facts(card))}";
                yield return $"    {Offer(guest, card, host)}";
                if (card is { Hint: { } hint, AttachedAs: null })
                {
                    yield return $"    {hint}";
                }
            }
        }
    }

    private static IEnumerable<string> Facts(GuestCard card)
    {
        string?[] all = [card.Name, card.InterfaceName, card.HardwareAddress, card.Bridge is { } bridge && bridge != card.InterfaceName ? $"on {bridge}" : null, .. card.Addresses];
        return all.OfType<string>();
    }

    private static string Offer(Guest guest, GuestCard card, string? host) => card switch
    {
        { AttachedAs: { } name } => $"attached as {name}",
        { Problem: { } problem } => $"cannot be attached as it is: {problem}",
        { Selector: null } => "nothing of the host leads to it while it does not run",
        { Selector: var selector } => $"portlight attach {NameOf(guest, card)}{(host is null ? "" : $" --host {Quoted(host)}")} {Option(selector)}",
    };

    private static string Option(string selector) => InterfaceSelector.NameIn(selector) is { } name ? $"--interface {Quoted(name)} --by-name"
        : selector.StartsWith(InterfaceSelector.Mac, StringComparison.Ordinal) ? $"--mac {Quoted(selector[InterfaceSelector.Mac.Length..])}"
        : $"--alias {Quoted(selector[InterfaceSelector.Alias.Length..])}";

    /// <summary>The guest's name as far as an instance can have it; with the card's where there are several.</summary>
    private static string NameOf(Guest guest, GuestCard card)
    {
        var text = guest.Cards.Count > 1 ? $"{guest.Name}-{card.Name}" : guest.Name;
        var name = string.Concat(text.Select(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' ? c : '-')).Trim('-', '.');
        return ResourceName.IsValid(name) ? name : $"guest-{(name.Length > 0 ? name : "1")}";
    }

    private static string Quoted(string text) => text.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' or ':') && !text.StartsWith('-')
        ? text
        : $"'{text.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}
