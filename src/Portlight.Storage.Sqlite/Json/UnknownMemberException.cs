using System.Text.Json;

namespace Portlight.Storage.Sqlite;

/// <summary>A row has a member that this version does not know: damage, or a newer version has added it.</summary>
internal sealed class UnknownMemberException(string member) : JsonException($"nothing known as `{member}`")
{
    public string Member => member;
}
