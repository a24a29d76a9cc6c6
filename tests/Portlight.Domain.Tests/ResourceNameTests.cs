namespace Portlight.Domain.Tests;

public sealed class ResourceNameTests
{
    [Theory]
    [InlineData("web-1")]
    [InlineData("1xyz")]
    [InlineData("a_b")]
    [InlineData("_a")]
    [InlineData("a.b.example.com")]
    [InlineData("ab")]
    [InlineData("WordPress_Multisite-1")]
    public void Takes_what_the_service_takes(string name) => Assert.True(ResourceName.IsValid(name));

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("a")]
    [InlineData("custom gitlab")]
    [InlineData("-web")]
    [InlineData("web-")]
    [InlineData(".web")]
    [InlineData("../etc/passwd")]
    [InlineData("web/1")]
    [InlineData("web;reboot")]
    [InlineData("$(id)")]
    [InlineData("web\n1")]
    [InlineData("web\0")]
    [InlineData("wéb")]
    [InlineData("ｗｅｂ")]
    public void Refuses_everything_else(string? name) => Assert.False(ResourceName.IsValid(name));

    [Fact]
    public void Is_bounded_in_length()
    {
        Assert.True(ResourceName.IsValid(new string('a', 254)));
        Assert.False(ResourceName.IsValid(new string('a', 255)));
    }

    [Fact]
    public void A_refusal_is_in_the_words_of_the_service_and_shows_the_name_harmlessly()
    {
        Assert.Equal(
            "custom gitlab is not a valid resource name. Resource names must be at least 2 characters long and contain only alphanumerics, -, _, and .",
            ResourceName.Refusal("custom gitlab"));
        Assert.StartsWith("a?b?c ", ResourceName.Refusal("a\nb`c"), StringComparison.Ordinal);
        Assert.True(ResourceName.Refusal(new string('x', 10_000)).Length < 250);
    }
}
