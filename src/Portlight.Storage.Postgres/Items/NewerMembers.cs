using System.Text;
using System.Text.Json;
using Portlight.Storage.Sqlite;

namespace Portlight.Storage.Postgres;

/// <summary>Members of an item's body that a newer server has added: taken out of what this one reads, and put back into what it writes. Why: docs/decisions/0145-two-versions-side-by-side.md.</summary>
internal static class NewerMembers
{
    /// <summary>Reads a body without the members that nobody here knows. Those within members are damage: only the body itself may have more.</summary>
    /// <param name="body">The body.</param>
    /// <param name="read">Reads it; throws for a member that it does not know.</param>
    /// <returns>The members, as they stand there; null for none.</returns>
    public static string? Read(string body, Action<byte[]> read) => Read(Encoding.UTF8.GetBytes(body), read);

    /// <inheritdoc cref="Read(string, Action{byte[]})"/>
    public static string? Read(byte[] utf8, Action<byte[]> read)
    {
        List<string>? taken = null;
        while (true)
        {
            try
            {
                read(utf8);
                return taken is null ? null : string.Join(',', taken);
            }
            catch (UnknownMemberException unknown) when (Without(utf8, unknown.Member) is { } rest)
            {
                (utf8, taken) = (rest.Body, [.. taken ?? [], rest.Member]);
            }
        }
    }

    /// <summary>A body with members that it has beside what is known.</summary>
    public static string Add(string body, string members) => body.Length == 2 ? $"{{{members}}}" : $"{body[..^1]},{members}}}";

    private static (byte[] Body, string Member)? Without(byte[] utf8, string name)
    {
        using var document = JsonDocument.Parse(utf8);
        var members = document.RootElement.EnumerateObject().ToList();
        return members.Exists(member => member.Name == name)
            ? (Encoding.UTF8.GetBytes($"{{{string.Join(',', members.Where(member => member.Name != name))}}}"), members.Find(member => member.Name == name).ToString())
            : null;
    }
}
