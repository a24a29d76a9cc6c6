using Portlight.Wire.Lightsail;

namespace Portlight.Console.Activity;

/// <summary>A change of tags in words.</summary>
internal static class TagWords
{
    /// <param name="before">The tags that are others now, as they were.</param>
    /// <param name="after">The same as they became.</param>
    public static string Of(IReadOnlyList<Tag> before, IReadOnlyList<Tag> after) => string.Join(", ", before.Concat(after).Select(tag => tag.Key!).Distinct().Select(key =>
        (Find(before, key), Find(after, key)) switch
        {
            ({ } was, { } now) => $"{Text(now)} (was {Text(was)})",
            ({ } was, null) => $"no longer {Text(was)}",
            (_, var now) => Text(now!),
        }));

    private static Tag? Find(IReadOnlyList<Tag> tags, string key) => tags.FirstOrDefault(tag => tag.Key == key);

    private static string Text(Tag tag) => string.IsNullOrEmpty(tag.Value) ? tag.Key! : $"{tag.Key}={tag.Value}";
}
