namespace Portlight.Domain.Tests.Tags;

public sealed class TagsTests
{
    [Fact]
    public void A_key_only_tag_has_no_value_and_a_new_value_replaces_the_old()
    {
        var tags = Add([("test", null), ("env", "prod")]);
        Assert.Null(tags["test"]);
        var problems = new List<Problem>();
        tags = Domain.Tags.Add(tags, [("env", "dev")], "tags", problems);
        Assert.Empty(problems);
        Assert.Equal("dev", tags["env"]);
        Assert.Equal(2, tags.Count);
    }

    [Theory]
    [InlineData("cost center", "A+B = c-d._:/@9")]
    [InlineData("Größe", "大きい")]
    [InlineData("𠜎", "𠜎")]
    [InlineData("Key", "")]
    public void Takes_letters_numbers_spaces_and_the_listed_signs(string key, string value) => Assert.Equal(value, Add([(key, value)])[key]);

    [Theory]
    [InlineData(null, null, "tags[0].key")]
    [InlineData("", null, "tags[0].key")]
    [InlineData("a\tb", null, "tags[0].key")]
    [InlineData("a;b", null, "tags[0].key")]
    [InlineData("\ud800", null, "tags[0].key")]
    [InlineData("aws:name", "x", "tags[0].key")]
    [InlineData("AWS:name", "x", "tags[0].key")]
    [InlineData("a", "b\nc", "tags[0].value")]
    [InlineData("a", "<b>", "tags[0].value")]
    public void Refuses_what_the_guide_excludes(string? key, string? value, string field) =>
        Assert.Equal(field, Assert.Single(Refused([(key, value)])).Field);

    [Fact]
    public void Lengths_are_in_characters()
    {
        var wide = string.Concat(Enumerable.Repeat("𠜎", 128));
        Add([(wide, wide + wide)]);
        Assert.Equal(2, Refused([(wide + "a", wide + wide + "a")]).Count);
    }

    [Fact]
    public void Keys_differ_by_case_and_stand_once_in_a_request()
    {
        Assert.Equal(2, Add([("env", "1"), ("Env", "2")]).Count);
        Assert.Equal("tags[1].key", Assert.Single(Refused([("env", "1"), ("env", "2")])).Field);
        Assert.Equal("tags[0]: is null; a tag with a key is wanted", Assert.Single(Refused([null])).ToString());
    }

    [Fact]
    public void Fifty_tags_are_allowed_and_not_one_more()
    {
        var fifty = Enumerable.Range(1, 50).Select(i => ((string?, string?)?)($"key{i}", null)).ToList();
        var tags = Add(fifty);
        var problems = new List<Problem>();
        Assert.Same(tags, Domain.Tags.Add(tags, [("one more", null)], "tags", problems));
        Assert.Equal("tags: would give the resource 51 tags; at most 50 are allowed", Assert.Single(problems).ToString());
        problems.Clear();
        Assert.Equal(50, Domain.Tags.Add(tags, [("key1", "new")], "tags", problems).Count);
        Assert.Empty(problems);
    }

    private static System.Collections.Immutable.ImmutableSortedDictionary<string, string?> Add(IReadOnlyList<(string?, string?)?> tags)
    {
        var problems = new List<Problem>();
        var result = Domain.Tags.Add(Domain.Tags.None, tags, "tags", problems);
        Assert.Empty(problems);
        return result;
    }

    private static List<Problem> Refused(IReadOnlyList<(string?, string?)?> tags)
    {
        var problems = new List<Problem>();
        Assert.Same(Domain.Tags.None, Domain.Tags.Add(Domain.Tags.None, tags, "tags", problems));
        return problems;
    }
}
