using System.Collections.Immutable;

namespace Portlight.Domain;

/// <summary>A region of the service.</summary>
/// <param name="Name"><c>us-east-1</c>.</param>
/// <param name="DisplayName"><c>Virginia</c>.</param>
/// <param name="ContinentCode">Two letters: NA, EU, AP.</param>
/// <param name="ServesUsersIn">The end of the description's sentence.</param>
/// <param name="ZoneLetters">A letter for each zone, <c>abc</c>.</param>
public sealed record Region(string Name, string DisplayName, string ContinentCode, string ServesUsersIn, string ZoneLetters)
{
    public string Description => $"This region is recommended to serve users in {ServesUsersIn}";

    /// <summary>Names of the zones in order, <c>us-east-1a</c>.</summary>
    public ImmutableArray<string> Zones { get; } = [.. ZoneLetters.Select(letter => $"{Name}{letter}")];
}
