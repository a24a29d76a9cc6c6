using Portlight.Console.Ports;
using Portlight.Wire.PortlightApi;

namespace Portlight.Console.Networking;

/// <summary>What each rule of an instance has let in, as far as that can be told.</summary>
/// <param name="Counters">One for each rule; null where the host does not count, or was not asked.</param>
/// <param name="Problem">Why it was not asked; null where it was.</param>
public sealed record PortTraffic(IReadOnlyList<PortCounter>? Counters, string? Problem)
{
    /// <summary>The last 24 hours; null where that is not known.</summary>
    public GetPortTrafficResponse? Day { get; init; }

    /// <summary>How counting is switched on, or why it cannot be told; null where it is counted.</summary>
    public string? Missing => Counters is not null ? null
        : Problem ?? "What comes in is not counted by its host: portlight serve --count-packets on counts it, and portlight agent --count-packets on another host.";

    /// <summary>The day of a rule; null where it is not told.</summary>
    public DayCurve? DayOf(PortRule rule) => Day?.Rules?.FirstOrDefault(one => PortRule.Of(one.PortState).Key == rule.Key) is { } found ? new DayCurve(Day.Begin, Day.StepSeconds, found.Packets) : null;

    /// <summary>The day of what was refused; null where it is not told.</summary>
    public DayCurve? Refused => Day is null ? null : new DayCurve(Day.Begin, Day.StepSeconds, Day.Refused);

    /// <summary>What the rule of these ports has let in; null where it is not told.</summary>
    public PortCounter? Of(PortRule rule) => Counters?.FirstOrDefault(counter => PortRule.Of(counter.PortState).Key == rule.Key);
}
