using Microsoft.Extensions.Time.Testing;
using Portlight.Console.SignIn;
using Portlight.Wire.SigV4;

namespace Portlight.Console.Tests.SignIn;

public sealed class SessionsTests
{
    private readonly FakeTimeProvider _clock = new(new DateTimeOffset(2026, 11, 26, 12, 0, 0, TimeSpan.Zero));

    [Fact]
    public void A_session_ends_with_its_credentials()
    {
        var sessions = new Sessions(_clock);
        var alice = Person("alice", TimeSpan.FromHours(1));
        sessions.Add(alice);
        Assert.Same(alice, sessions.Find(Sessions.PrincipalOf(alice)));

        _clock.Advance(TimeSpan.FromHours(1));

        Assert.Null(sessions.Find(Sessions.PrincipalOf(alice)));
    }

    [Fact]
    public void One_session_that_is_removed_is_over_and_says_so_and_no_other_is()
    {
        var sessions = new Sessions(_clock);
        var (alice, bob) = (Person("alice", TimeSpan.FromHours(1)), Person("bob", TimeSpan.FromHours(1)));
        sessions.Add(alice);
        sessions.Add(bob);

        sessions.Remove(alice);

        Assert.Null(sessions.Find(Sessions.PrincipalOf(alice)));
        Assert.True(alice.Over.IsCancellationRequested);
        Assert.Same(bob, sessions.Find(Sessions.PrincipalOf(bob)));
    }

    [Fact]
    public void There_are_never_more_than_so_many_and_the_one_that_ends_first_makes_room()
    {
        var sessions = new Sessions(_clock);
        var first = Person("first", TimeSpan.FromMinutes(1));
        sessions.Add(first);
        List<Person> others = [.. Enumerable.Range(0, Sessions.Most).Select(i => Person($"person-{i}", TimeSpan.FromHours(1)))];

        others.ForEach(sessions.Add);

        Assert.Null(sessions.Find(Sessions.PrincipalOf(first)));
        Assert.All(others, person => Assert.NotNull(sessions.Find(Sessions.PrincipalOf(person))));
    }

    [Fact]
    public void A_person_does_not_print_credentials() => Assert.DoesNotContain("secret-of-alice", $"{Person("alice", TimeSpan.FromHours(1))}", StringComparison.Ordinal);

    private Person Person(string name, TimeSpan left) => new()
    {
        Id = Sessions.NewId(),
        Arn = $"arn:aws:iam::111122223333:user/{name}",
        AccountId = "111122223333",
        Region = "us-east-1",
        Credentials = new AwsCredentials("ASIAEXAMPLE", $"secret-of-{name}", "token"),
        ExpiresAt = _clock.GetUtcNow() + left,
    };
}
