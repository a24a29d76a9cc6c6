using System.Collections.Immutable;
using Portlight.Policies;

namespace Portlight.Api;

/// <summary>The condition keys that see port rules (docs/access-control.md). <see cref="RequestContext"/> answers each.</summary>
internal static class PortKeys
{
    /// <summary>What their names begin with, in lower case.</summary>
    public const string Prefix = "portlight:";

    public static ImmutableDictionary<string, KeyValueKind> All { get; } = new Dictionary<string, KeyValueKind>
    {
        ["portlight:Protocol"] = KeyValueKind.Text,
        ["portlight:FromPort"] = KeyValueKind.Number,
        ["portlight:ToPort"] = KeyValueKind.Number,
        ["portlight:SourceCidr"] = KeyValueKind.Address,
        ["portlight:AnySource"] = KeyValueKind.Truth,
        ["portlight:Change"] = KeyValueKind.Text,
        ["portlight:ClosesPorts"] = KeyValueKind.Truth,
    }.ToImmutableDictionary();

    /// <summary>Refuses misspelt ones.</summary>
    public static OwnKeys Own { get; } = new(Prefix, All);
}
