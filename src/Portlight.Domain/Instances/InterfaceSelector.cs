using System.Text.RegularExpressions;

namespace Portlight.Domain;

/// <summary>
/// An interface by what outlives its name: <c>mac:52:54:00:aa:bb:01</c>, <c>alias:web-1</c>. It stands for the name where an agent is asked to look for an interface;
/// what is attached then is what it has found. No interface is called so: a name holds no colon.
/// </summary>
public static partial class InterfaceSelector
{
    public const string Mac = "mac:";

    public const string Alias = "alias:";

    /// <summary>IFALIASZ of linux/if_link.h less its closing zero.</summary>
    private const int MaxAlias = 255;

    /// <summary>Checks a selector, and writes it in the one way in which it is compared.</summary>
    public static bool TryParse(string text, out string selector)
    {
        selector = text.StartsWith(Mac, StringComparison.Ordinal) ? text.ToLowerInvariant() : text;
        return selector.StartsWith(Mac, StringComparison.Ordinal) ? MacForm().IsMatch(selector)
            : selector.StartsWith(Alias, StringComparison.Ordinal) && selector.Length > Alias.Length && selector.Length <= Alias.Length + MaxAlias && !selector.Any(char.IsControl);
    }

    /// <summary>
    /// The hardware addresses that a device may have of which a guest's is known: the guest's own, and that with <c>fe</c> for the first byte, which libvirt gives the host
    /// side of a guest's card.
    /// </summary>
    public static string[] HardwareAddresses(string selector) => [selector[Mac.Length..], $"fe{selector[(Mac.Length + 2)..]}"];

    [GeneratedRegex("^mac:([0-9a-f]{2}:){5}[0-9a-f]{2}$", RegexOptions.CultureInvariant)]
    private static partial Regex MacForm();
}
