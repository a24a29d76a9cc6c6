using Portlight.Console.Activity;
using Portlight.Wire.Lightsail;

namespace Portlight.Console.Tests.Activity;

public sealed class TagWordsTests
{
    [Fact]
    public void A_change_of_tags_says_what_is_there_now_and_what_was() => Assert.Equal(
        "env=new (was env=old), no longer role=db, flag",
        TagWords.Of([Tag("env", "old"), Tag("role", "db")], [Tag("env", "new"), Tag("flag", null)]));

    private static Tag Tag(string key, string? value) => new() { Key = key, Value = value };
}
