using System.Text.RegularExpressions;

namespace Portlight.Domain;

/// <summary>
/// An interface by what outlives its name: <c>mac:52:54:00:aa:bb:01</c>, <c>alias:web-1</c>. What is attached by it is whichever device of the host has that, whenever there
/// is one. It also stands for the name where an agent is asked to look for an interface: no interface is called so, because a name holds no colon.
/// </summary>
public static partial class InterfaceSelector
{
    public const string Mac = "mac:";

    public const string Alias = "alias:";

    /// <summary>Before a name: whichever device has it, now or later. Only in requests: what is attached by its name alone is stored as such.</summary>
    public const string Name = "name:";

    public const int MaxNameLength = 127;

    /// <summary>IFALIASZ of linux/if_link.h less its closing zero.</summary>
    private const int MaxAlias = 255;

    /// <summary>Checks a selector, and writes it in the one way in which it is compared.</summary>
    public static bool TryParse(string text, out string selector)
    {
        selector = text.StartsWith(Mac, StringComparison.Ordinal) ? text.ToLowerInvariant() : text;
        return selector.StartsWith(Mac, StringComparison.Ordinal) ? MacForm().IsMatch(selector)
            : selector.StartsWith(Alias, StringComparison.Ordinal) && selector.Length > Alias.Length && selector.Length <= Alias.Length + MaxAlias && !selector.Any(char.IsControl);
    }

    /// <summary>The name in a selector of a name; null for any other text. It may be an alternative name, which is longer than a real one.</summary>
    public static string? NameIn(string selector) => selector.StartsWith(Name, StringComparison.Ordinal) && IsName(selector[Name.Length..]) ? selector[Name.Length..] : null;

    /// <summary>Whether the kernel could know an interface by that name, or by that alternative one (ALTIFNAMSIZ of its if.h less the closing zero).</summary>
    public static bool IsName(string name) =>
        name.Length is > 0 and <= MaxNameLength && name is not ("." or "..") && name.All(c => c is > ' ' and < '\x7F' and not ('/' or ':'));

    /// <summary>
    /// The hardware addresses that a device may have of which a guest's is known: the guest's own, and that with <c>fe</c> for the first byte, which libvirt gives the host
    /// side of a guest's card.
    /// </summary>
    public static string[] HardwareAddresses(string selector) => [selector[Mac.Length..], $"fe{selector[(Mac.Length + 2)..]}"];

    /// <summary>Whether the selector finds a device of that hardware address; null is one whose address tells nothing.</summary>
    public static bool Selects(string selector, string? hardwareAddress) =>
        hardwareAddress is not null && selector.StartsWith(Mac, StringComparison.Ordinal) && HardwareAddresses(selector).Contains(hardwareAddress);

    /// <summary>Whether one device can be what both select, as far as the two tell.</summary>
    public static bool Overlap(string one, string two) => one == two
        || (one.StartsWith(Mac, StringComparison.Ordinal) && two.StartsWith(Mac, StringComparison.Ordinal) && HardwareAddresses(one).Intersect(HardwareAddresses(two)).Any());

    [GeneratedRegex("^mac:([0-9a-f]{2}:){5}[0-9a-f]{2}$", RegexOptions.CultureInvariant)]
    private static partial Regex MacForm();
}
