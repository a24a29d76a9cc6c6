using Portlight.Wire.Lightsail;

namespace Portlight.Wire.PortlightApi;

/// <summary>
/// Asks what a change of an instance's ports would do, without doing it. Exactly one of <see cref="PortInfos"/>, <see cref="Open"/> and <see cref="Close"/> is there.
/// </summary>
public sealed record PreviewPortsRequest
{
    public string? InstanceName { get; init; }

    /// <summary>As PutInstancePublicPorts takes it; an empty list closes everything.</summary>
    public IReadOnlyList<PortInfo>? PortInfos { get; init; }

    /// <summary>As OpenInstancePublicPorts takes it.</summary>
    public PortInfo? Open { get; init; }

    /// <summary>As CloseInstancePublicPorts takes it.</summary>
    public PortInfo? Close { get; init; }

    /// <summary>Whether the answer says which of the present connections would be cut; the kernel is asked for them, and the caller's permission to <c>portlight:ListConnections</c>.</summary>
    public bool? IncludeConnections { get; init; }
}

/// <summary>The answer to <see cref="PreviewPortsRequest"/>.</summary>
public sealed record PreviewPortsResponse
{
    /// <summary>What is wrong with the rules. Where something is, nothing of what follows but the present ports is worked out.</summary>
    public IReadOnlyList<RequestProblem> Problems { get; init; } = [];

    /// <summary>Why the change would be refused as things are, a sentence each: the caller's policies, the SSH guard.</summary>
    public IReadOnlyList<string> Refusals { get; init; } = [];

    /// <summary>
    /// Which statements of the caller's policies allow the change, each once; where policies look at port rules, several may. Empty for a root, whom no policy binds; absent where the policies refuse the
    /// change, and from servers of an earlier release.
    /// </summary>
    public IReadOnlyList<AllowingStatement>? AllowedBy { get; init; }

    public required IReadOnlyList<InstancePortState> PortStatesBefore { get; init; }

    public IReadOnlyList<InstancePortState> PortStatesAfter { get; init; } = [];

    /// <summary>What of the present ports is closed at a time.</summary>
    public IReadOnlyList<ExpiringPort> Expiring { get; init; } = [];

    /// <summary>What becomes of packets, each in one of them. Empty where the change lets in what is let in already.</summary>
    public IReadOnlyList<PortChangeEffect> Effects { get; init; } = [];

    /// <summary>How many effects there are beside those that are listed.</summary>
    public int FurtherEffects { get; init; }

    /// <summary>What becomes of the present connections; absent where that was not asked.</summary>
    public CutByChange? Connections { get; init; }

    /// <summary>What the present ports are known by: with it in <c>If-Match</c>, the change is made only if they are these still.</summary>
    public required string EntityTag { get; init; }
}

/// <summary>A statement that allows something.</summary>
/// <param name="Policy">Its policy: the ARN of a managed one; of an inline one <c>user/alice/name</c>, <c>group/…</c> or <c>role/…</c>.</param>
/// <param name="Statement">Its <c>Sid</c>, or <c>statement 2</c>, counted from 1.</param>
public sealed record AllowingStatement(string Policy, string Statement);

/// <summary>One thing that is wrong with a request.</summary>
public sealed record RequestProblem
{
    /// <summary>Where it stands, as Put, Open and Close name it: <c>portInfos[0].cidrs[1]</c>, <c>portInfo.protocol</c>.</summary>
    public required string Field { get; init; }

    public required string Message { get; init; }
}

/// <summary>Packets that a change of ports treats otherwise.</summary>
public sealed record PortChangeEffect
{
    /// <summary><c>opens</c>, <c>closes</c>, <c>widens</c>, <c>narrows</c> or <c>replaces</c>.</summary>
    public required string Kind { get; init; }

    /// <summary><c>tcp</c>, <c>udp</c>, <c>icmp</c>, <c>icmpv6</c>, <c>all</c>; <c>other</c> for all that only a rule of <c>all</c> lets in.</summary>
    public required string Protocol { get; init; }

    /// <summary>First port; of ICMP the type, -1 for every type.</summary>
    public required int FromPort { get; init; }

    /// <summary>Last port; of ICMP the code, -1 for every code.</summary>
    public required int ToPort { get; init; }

    public required PacketSources Before { get; init; }

    public required PacketSources After { get; init; }
}

/// <summary>From where packets are let in, by all rules together: the fewest blocks that are all of it.</summary>
public sealed record PacketSources
{
    public IReadOnlyList<string> Cidrs { get; init; } = [];

    public IReadOnlyList<string> Ipv6Cidrs { get; init; } = [];

    /// <summary>Aliases that stand for no block at present.</summary>
    public IReadOnlyList<string> CidrListAliases { get; init; } = [];
}
