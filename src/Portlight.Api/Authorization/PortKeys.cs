using System.Collections.Immutable;
using Portlight.Domain;
using Portlight.Policies;
using Portlight.Wire.PortlightApi;

namespace Portlight.Api;

/// <summary>The condition keys that see port rules (docs/access-control.md). <see cref="RequestContext"/> answers each.</summary>
internal static class PortKeys
{
    /// <summary>What their names begin with, in lower case.</summary>
    public const string Prefix = "portlight:";

    /// <summary>Values of <c>portlight:Change</c>.</summary>
    public const string Opens = "opens", Keeps = "keeps";

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

    /// <summary>Refuses misspelt keys and actions, and values that a key never has.</summary>
    public static OwnNames Own { get; } = new(
        new OwnKeys(Prefix, All, new Dictionary<string, ImmutableArray<string>>
        {
            ["portlight:Protocol"] = [.. Enum.GetValues<NetworkProtocol>().Select(protocol => protocol.ToWire())],
            ["portlight:Change"] = [Opens, Keeps],
        }.ToImmutableDictionary()),
        new OwnActions(Prefix, PortlightOperations.All.Select(operation => Prefix + operation)));
}
