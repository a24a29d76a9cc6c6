using System.Globalization;
using System.Xml.Linq;
using Portlight.Console.Api;

namespace Portlight.Console.Access;

/// <summary>Reads the lists of IAM to their end.</summary>
internal static class IamLists
{
    /// <param name="caller">Calls the API as the person.</param>
    /// <param name="action">As <c>ListUsers</c>.</param>
    /// <param name="list">The element that holds the members, <c>Users</c>.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <param name="parameters">Beside those of paging.</param>
    public static async Task<IReadOnlyList<XElement>> ReadAsync(ApiCaller caller, string action, string list, CancellationToken cancellation, params (string Name, string Value)[] parameters)
    {
        List<XElement> found = [];
        string? marker = null;
        do
        {
            var page = await caller.IamAsync(action, cancellation, marker is null ? parameters : [.. parameters, ("Marker", marker)]);
            found.AddRange(page.Element(list)?.Elements("member") ?? []);
            marker = page.Element("IsTruncated")?.Value == "true" ? page.Element("Marker")?.Value : null;
        }
        while (marker is not null);
        return found;
    }

    public static async Task<IReadOnlyList<string>> NamesAsync(ApiCaller caller, string action, string list, CancellationToken cancellation, params (string Name, string Value)[] parameters) =>
        [.. (await ReadAsync(caller, action, list, cancellation, parameters)).Select(member => member.Value)];

    public static string Text(this XElement parent, string name) => parent.Element(name)?.Value ?? "";

    /// <summary>A time, or null where there is none.</summary>
    public static DateTimeOffset? Time(this XElement parent, string name) =>
        DateTimeOffset.TryParse(parent.Element(name)?.Value, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time : null;
}
