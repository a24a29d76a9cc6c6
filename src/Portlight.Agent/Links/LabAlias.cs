using System.Globalization;
using Portlight.Domain;

namespace Portlight.Agent.Links;

/// <summary>
/// How a lab link is known again after a restart: its alias (ifAlias) says the installation, the index and the namespace, also when somebody has renamed it.
/// A link without one is not Portlight's. The loopback of the namespace has the same alias, so that the namespace is known when its link is gone. The aliases of versions before installations had an id name none, and are nobody's.
/// </summary>
internal readonly record struct LabAlias(InstallationId? Installation, long Index, string NamespaceName)
{
    private const string Prefix = "portlight:";

    /// <summary>The longest index whose link name fits the kernel's IFNAMSIZ (15 bytes and a zero).</summary>
    internal const long HighestIndex = 9_999_999_999_999;

    internal string LinkName => LinkNameOf(Index);

    internal static string LinkNameOf(long index) => string.Create(CultureInfo.InvariantCulture, $"pl{index}");

    internal static bool TryParse(string? alias, out LabAlias parsed)
    {
        parsed = default;
        if (alias is null || !alias.StartsWith(Prefix, StringComparison.Ordinal))
        {
            return false;
        }

        var rest = alias.AsSpan(Prefix.Length);
        InstallationId? installation = null;
        if (rest.Length > InstallationId.Length && rest[InstallationId.Length] == ':' && InstallationId.TryParse(rest[..InstallationId.Length], out var id))
        {
            installation = id;
            rest = rest[(InstallationId.Length + 1)..];
        }

        var colon = rest.IndexOf(':');
        if (colon <= 0 || colon == rest.Length - 1 || !long.TryParse(rest[..colon], NumberStyles.None, CultureInfo.InvariantCulture, out var index))
        {
            return false;
        }

        parsed = new LabAlias(installation, index, rest[(colon + 1)..].ToString());
        return parsed.ToString() == alias;
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Prefix}{Installation}{(Installation is null ? "" : ":")}{Index}:{NamespaceName}");
}
