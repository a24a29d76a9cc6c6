using System.Text.Json.Serialization;
using Portlight.Wire.Lightsail;
using Portlight.Wire.PortlightApi;

namespace Portlight.Console.Ports;

/// <summary>A port rule as a person reads and edits it: the sources of both families and the aliases in one list.</summary>
/// <param name="Protocol"><c>tcp</c>, <c>udp</c>, <c>icmp</c>, <c>icmpv6</c> or <c>all</c>.</param>
/// <param name="FromPort">First port; of ICMP the type, -1 for every one.</param>
/// <param name="ToPort">Last port; of ICMP the code, -1 for every one.</param>
/// <param name="Sources">Blocks and names of aliases, as the server writes them or as the person has typed them.</param>
public sealed record PortRule(string Protocol, int FromPort, int ToPort, IReadOnlyList<string> Sources)
{
    public const string Everyone4 = "0.0.0.0/0";
    public const string Everyone6 = "::/0";

    /// <summary>Ports that are usually open to everybody.</summary>
    private static readonly int[] UsuallyPublic = [80, 443];

    /// <summary>Seconds after which its sources are closed, from when it is applied; 0 for never. Null: what is closed at a time stays so, everything else is open for good.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? ExpiresInSeconds { get; init; }

    [JsonIgnore]
    public bool IsToEveryone => Sources.Contains(Everyone4) || Sources.Contains(Everyone6);

    /// <summary>What the rule is known by among others of its set.</summary>
    [JsonIgnore]
    public (string Protocol, int From, int To) Key => (Protocol, FromPort, ToPort);

    /// <summary>The same as the address of a page has it: <c>tcp/8080/8090</c>.</summary>
    [JsonIgnore]
    public string Address => $"{Protocol}/{FromPort}/{ToPort}";

    /// <summary>Its ports in few letters: <c>22</c>, <c>8080–8090</c>, <c>ping</c>, <c>53/udp</c>.</summary>
    [JsonIgnore]
    public string Label => Protocol switch
    {
        "all" => "all",
        "icmp" when FromPort == 8 => "ping",
        "icmp" or "icmpv6" => FromPort < 0 ? Protocol : $"{Protocol} {FromPort}",
        "tcp" => Range,
        _ => $"{Range}/{Protocol}",
    };

    /// <summary>The ports alone, as the column of them has it.</summary>
    [JsonIgnore]
    public string Range => (Protocol, FromPort, ToPort) switch
    {
        ("all", _, _) => "all",
        ("icmp", 8, _) => "echo",
        ("icmp" or "icmpv6", < 0, _) => "all",
        ("icmp" or "icmpv6", _, < 0) => $"type {FromPort}",
        ("icmp" or "icmpv6", _, _) => $"type {FromPort}, code {ToPort}",
        (_, 0, 65535) => "all",
        _ => FromPort == ToPort ? $"{FromPort}" : $"{FromPort}–{ToPort}",
    };

    /// <summary>How widely the rule is open.</summary>
    /// <param name="meant">Ports that an instance is there to offer to everybody, beside the usual ones.</param>
    public PortWidth Width(IReadOnlyCollection<int> meant) =>
        IsToEveryone ? (IsMeant(meant) ? PortWidth.Meant : PortWidth.Everyone)
        : Sources is [var one] && IsOneAddress(one) ? PortWidth.One
        : Sources.Count == 0 ? PortWidth.Closed
        : PortWidth.Networks;

    public static PortRule Of(InstancePortState state) => new(state.Protocol == "-1" ? "all" : state.Protocol, state.FromPort, state.ToPort, [.. state.Cidrs, .. state.Ipv6Cidrs, .. state.CidrListAliases]);

    /// <summary>As a request has it. Which of the three lists a source goes into is seen from how it begins; whether it is one, the server says.</summary>
    public PortInfo ToPortInfo() => new()
    {
        Protocol = Protocol,
        FromPort = FromPort,
        ToPort = ToPort,
        Cidrs = [.. Sources.Where(IsIpv4)],
        Ipv6Cidrs = [.. Sources.Where(IsIpv6)],
        CidrListAliases = [.. Sources.Where(source => !IsIpv4(source) && !IsIpv6(source))],
    };

    /// <summary>The same with when its sources close.</summary>
    public TimedPort ToTimedPort()
    {
        var info = ToPortInfo();
        return new TimedPort { Protocol = info.Protocol, FromPort = info.FromPort, ToPort = info.ToPort, Cidrs = info.Cidrs, Ipv6Cidrs = info.Ipv6Cidrs, CidrListAliases = info.CidrListAliases, ExpiresInSeconds = ExpiresInSeconds };
    }

    /// <summary>Whether both let in the same, as their texts say it, for as long.</summary>
    public bool IsSameAs(PortRule other) => Key == other.Key && ExpiresInSeconds == other.ExpiresInSeconds && Sources.ToHashSet(StringComparer.Ordinal).SetEquals(other.Sources);

    internal static bool IsIpv6(string source) => source.Contains(':', StringComparison.Ordinal);

    internal static bool IsIpv4(string source) => source.Length > 0 && char.IsAsciiDigit(source[0]) && !IsIpv6(source);

    private static bool IsOneAddress(string source) =>
        source.EndsWith("/32", StringComparison.Ordinal) && IsIpv4(source) || source.EndsWith("/128", StringComparison.Ordinal) || (IsIpv4(source) || IsIpv6(source)) && !source.Contains('/', StringComparison.Ordinal);

    private bool IsMeant(IReadOnlyCollection<int> meant) =>
        Protocol == "icmp" && FromPort == 8
        || Protocol is "tcp" or "udp" && FromPort == ToPort && (UsuallyPublic.Contains(FromPort) || meant.Contains(FromPort));
}
