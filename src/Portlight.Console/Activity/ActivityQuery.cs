using Portlight.Wire.PortlightApi;

namespace Portlight.Console.Activity;

/// <summary>What the page of activity and its file ask for, as their addresses have it.</summary>
internal static class ActivityQuery
{
    /// <param name="who">The caller's name; null or empty for everybody.</param>
    /// <param name="instance">The instance; null or empty for all.</param>
    /// <param name="what"><c>ports</c>, <c>refused</c>, <c>all</c>; anything else for changes.</param>
    /// <param name="after">Where an earlier page ended.</param>
    public static LookupActivityRequest Request(string? who, string? instance, string? what, string? after) =>
        new() { InstanceName = Text(instance), UserName = Text(who), Kind = what switch { "ports" or "refused" => what, "all" => null, _ => "changes" }, PageToken = Text(after) };

    private static string? Text(string? text) => string.IsNullOrWhiteSpace(text) ? null : text.Trim();
}
