using System.Collections.Immutable;

namespace Portlight.Nftables.Compiling;

/// <summary>What the elements of which set do with packets that find them, beside being found.</summary>
internal static class SetStatements
{
    internal static ImmutableArray<SetStatement> Of(SetId id, RulesetOptions options) => id.Role switch
    {
        SetRole.Refusing when options.NotesRefused => [SetStatement.Counter, RefusalNotes.Looked],
        SetRole.RefusedNew => [RefusalNotes.Admitted],
        SetRole.Refused4 or SetRole.Refused6 => [SetStatement.Counter],
        _ when options.CountsPackets && LetsIn(id) => [SetStatement.Counter],
        _ => [],
    };

    /// <summary>A packet that finds an element of the set comes in, and is counted there where packets are counted. What is staged is on its way for the time of one commit.</summary>
    internal static bool LetsIn(SetId id) => id.Section.Kind != SectionKind.Staged && id.Role
        is SetRole.OpenPorts or SetRole.FamilyPorts or SetRole.LabPorts or SetRole.HostPorts4 or SetRole.HostPorts6
        or SetRole.OpenProtocols or SetRole.OpenIcmp or SetRole.OpenIcmpv6 or SetRole.OpenAll or SetRole.OpenRanges or SetRole.Sources4 or SetRole.Sources6;
}
