using System.Diagnostics;
using Portlight.Policies.Matching;
using Portlight.TestKit.Network;

namespace Portlight.Policies.Tests;

public sealed class GlobTests
{
    [Theory]
    [InlineData("", "", true)]
    [InlineData("", "a", false)]
    [InlineData("*", "", true)]
    [InlineData("**", "abc", true)]
    [InlineData("a*", "a", true)]
    [InlineData("*a", "ba", true)]
    [InlineData("*a", "ab", false)]
    [InlineData("a*b*c", "a-b-b-c", true)]
    [InlineData("a*b*c", "a-c-b", false)]
    [InlineData("*ab", "aab", true)]
    [InlineData("a?c", "abc", true)]
    [InlineData("a?c", "ac", false)]
    [InlineData("?*", "", false)]
    [InlineData("*?", "a", true)]
    [InlineData("??", "😀", false)]
    [InlineData("*??", "😀", false)]
    [InlineData("?", "😀", true)]
    public void A_pattern_matches_the_whole_text(string pattern, string text, bool matches) => Assert.Equal(matches, Glob.IsMatch(Glob.Compile(pattern), text, new EvaluationBudget(1_000)));

    /// <summary>A matcher that tries every star at every place would need longer than there is time: this one needs pattern times text.</summary>
    [Fact]
    public void A_pattern_made_to_be_slow_is_not()
    {
        var plenty = new EvaluationBudget(long.MaxValue);
        var began = Stopwatch.GetTimestamp();
        var stars = Glob.Compile(string.Concat(Enumerable.Repeat("a*", 2_000)) + "b");
        Assert.False(Glob.IsMatch(stars, new string('a', 6_000), plenty));
        Assert.False(Glob.IsMatch(Glob.Compile(string.Concat(Enumerable.Repeat("*?", 2_000)) + "b"), new string('a', 6_000), plenty));
        Assert.False(Glob.IsMatch(Glob.Compile("*" + new string('a', 2_000) + "b"), new string('a', 6_000), plenty));
        Assert.True(Stopwatch.GetElapsedTime(began) < Deadline.Span, $"took {Stopwatch.GetElapsedTime(began)}");
    }
}
