namespace Portlight.Domain.Tests;

/// <summary>What somebody else wrote is shown, and does nothing.</summary>
public sealed class UserTextTests
{
    [Theory]
    [InlineData("web-1, ü, 名", "web-1, ü, 名")]
    [InlineData("\u001b[2J\u009b2J", "?[2J?2J")]
    [InlineData("a\r\nb\u2028c\u2029d\0", "a??b?c?d?")]
    [InlineData("22/tcp\u202e0.0.0.0/0\u2066x\u200b", "22/tcp?0.0.0.0/0?x?")]
    [InlineData("12345678", "12345678")]
    [InlineData("123456789", "12345678…")]
    public void A_line_is_one_line_without_commands_and_not_longer_than_it_may_be(string text, string line) =>
        Assert.Equal(line, UserText.Line(text, text.StartsWith('1') ? 8 : 100));

    [Fact]
    public void Half_a_surrogate_pair_is_no_text_that_every_reader_can_read() => Assert.Equal("?? ?", UserText.Line("\ud83d\ude00 \ud83d", 100));

    [Fact]
    public void An_excerpt_stays_within_its_backticks() => Assert.Equal(("a?b", "null", new string('x', 64) + "…"), (UserText.Excerpt("a`b"), UserText.Excerpt(null), UserText.Excerpt(new string('x', 65))));
}
