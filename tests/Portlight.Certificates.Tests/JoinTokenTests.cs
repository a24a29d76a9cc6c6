using CsCheck;

namespace Portlight.Certificates.Tests;

public sealed class JoinTokenTests
{
    private static readonly Uri[] Servers = [new("https://192.0.2.1:8581"), new("https://[2001:db8::1]:8581"), new("https://portlight.example:443")];

    [Fact]
    public void What_is_pasted_is_what_was_given_out()
    {
        using var authority = Issued.Authority();
        var given = JoinToken.Create(AuthorityPin.Of(authority.Certificate), Servers);
        Assert.True(JoinToken.TryParse($"  {given.ToText()}\n", out var read, out var problem), problem);
        Assert.Equal((given.Id, given.Pin, given.SecretHash), (read.Id, read.Pin, read.SecretHash), (left, right) => left.Item1 == right.Item1 && left.Item2.SequenceEqual(right.Item2) && left.Item3.SequenceEqual(right.Item3));
        Assert.Equal(Servers, read.Servers);
        Assert.Equal(given.SecretHash, JoinToken.HashOf(read.Secret.Span));
    }

    [Fact]
    public void A_token_with_another_or_a_missing_character_is_refused_before_anybody_is_asked()
    {
        var text = JoinToken.Create(new byte[AuthorityPin.Length], Servers).ToText();
        Gen.Select(Gen.Int[0, text.Length - 1], Gen.Char["abcdefgABCDEFG0123456789-_.=\n "]).Sample((place, letter) =>
        {
            var changed = text[..place] + letter + text[(place + 1)..];
            return changed.Trim() == text || !JoinToken.TryParse(changed, out _, out _);
        });
        Gen.Int[0, text.Length - 1].Sample(length => !JoinToken.TryParse(text[..length], out _, out var problem) && problem is not null);
        Assert.False(JoinToken.TryParse(null, out _, out _));
        Assert.False(JoinToken.TryParse(JoinToken.Prefix + new string('a', 5000), out _, out _));
    }

    [Fact]
    public void Two_tokens_have_nothing_secret_in_common_and_a_log_shows_none_of_it()
    {
        var (one, other) = (JoinToken.Create(new byte[16], Servers), JoinToken.Create(new byte[16], Servers));
        Assert.NotEqual(one.Id, other.Id);
        Assert.NotEqual(one.SecretHash, other.SecretHash);
        Assert.Equal($"token {one.Id}", one.ToString());
    }

    [Fact]
    public void The_pin_finds_the_authority_among_what_a_peer_has_sent()
    {
        using var authority = Issued.Authority();
        using var foreign = Issued.Authority();
        using var host = authority.Host();
        var pin = AuthorityPin.Of(authority.Certificate);
        Assert.Equal(authority.Certificate, AuthorityPin.Find(pin, [host, foreign.Certificate, authority.Certificate]));
        Assert.Null(AuthorityPin.Find(pin, [host, foreign.Certificate]));
        Assert.Null(AuthorityPin.Find([], [authority.Certificate]));
    }
}
