using Portlight.Console.Ports;
using Portlight.Wire.Lightsail;

namespace Portlight.Console.Live;

/// <summary>Ports as lists and pages show them: a function of the rules and of what is meant to be open, so instances that have both alike can have one.</summary>
/// <param name="states">The rules, as the server has them.</param>
/// <param name="meant">Ports that are there to be offered to everybody, beside the usual ones.</param>
internal sealed class PortsView(IReadOnlyList<InstancePortState> states, IReadOnlyCollection<int> meant)
{
    private static readonly int[] Management = [22, 3389, 5900, 5985, 5986];

    public IReadOnlyList<InstancePortState> States { get; } = states;

    public IReadOnlyCollection<int> Meant { get; } = meant;

    public IReadOnlyList<PortRule> Rules { get; } = [.. states.Select(PortRule.Of)];

    /// <summary>What chips show; what is open to everybody without being meant so comes first.</summary>
    public IReadOnlyList<(string Label, PortWidth Width)> Chips { get; } =
        [.. states.Select(PortRule.Of).Select(rule => (rule.Label, Width: rule.Width(meant))).OrderBy(port => port.Width == PortWidth.Everyone ? 0 : 1)];

    /// <summary>Whether everybody reaches a port by which machines are managed.</summary>
    public bool HasOpenManagement { get; } = states.Select(PortRule.Of).Any(rule =>
        rule.IsToEveryone && (rule.Protocol == "all" || (rule.Protocol == "tcp" && Management.Any(port => rule.FromPort <= port && port <= rule.ToPort))));
}
