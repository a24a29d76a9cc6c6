using Portlight.Wire.Lightsail;

namespace Portlight.Cli.Verbs;

/// <summary>Tags as they are typed to narrow what is asked about.</summary>
internal static class TagOption
{
    /// <exception cref="UsageException">One of them is none.</exception>
    public static IReadOnlyList<Tag> Read(string[]? texts) => [.. (texts ?? []).Select(text => text.Split('=', 2) switch
    {
        [{ Length: > 0 } key, var value] => new Tag { Key = key, Value = value },
        [{ Length: > 0 } key] => new Tag { Key = key },
        _ => throw new UsageException($"--tag: `{text}` is no tag; write KEY or KEY=VALUE"),
    })];
}
