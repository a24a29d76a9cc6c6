using Microsoft.Extensions.Time.Testing;
using Portlight.Console.Api;
using Portlight.Console.Networking;
using Portlight.Console.Settings;
using Portlight.Console.SignIn;
using Portlight.Wire.SigV4;

namespace Portlight.Console.Tests.Networking;

public sealed class OpeningsTests : IDisposable
{
    private readonly FakeTimeProvider _clock = new(new DateTimeOffset(2026, 11, 26, 12, 0, 0, TimeSpan.Zero));
    private readonly ApiEndpoint _endpoint = new(new ConsoleSettings(), TimeProvider.System);
    private readonly Openings _openings;
    private readonly Person _alice = Person();
    private readonly OpeningReads _reads;

    public OpeningsTests()
    {
        _openings = new Openings(_clock);
        // It asks nobody: what is tried is which page takes it.
        _reads = new OpeningReads(new ApiCaller(_endpoint, _alice.Credentials, "us-east-1", null), "web-1", listed: 7, new CancellationToken(canceled: true));
        _openings.Begin(_alice, "192.0.2.7", _reads);
    }

    public void Dispose() => _endpoint.Dispose();

    [Fact]
    public void The_page_that_comes_to_life_takes_what_was_asked_for_it_and_no_other_does_after_it()
    {
        Assert.Same(_reads, _openings.Take(_alice, "192.0.2.7", "web-1", 7));
        Assert.Null(_openings.Take(_alice, "192.0.2.7", "web-1", 7));
    }

    [Fact]
    public void What_was_asked_for_another_instance_waits_for_its_own_page()
    {
        Assert.Null(_openings.Take(_alice, "192.0.2.7", "web-2", 7));
        Assert.Same(_reads, _openings.Take(_alice, "192.0.2.7", "web-1", 7));
    }

    [Fact]
    public void What_was_asked_by_another_person_from_elsewhere_or_about_other_ports_is_not_taken()
    {
        Assert.Null(_openings.Take(Person(), "192.0.2.7", "web-1", 7));
        Assert.Null(_openings.Take(_alice, "192.0.2.8", "web-1", 7));
        _openings.Begin(_alice, "192.0.2.7", _reads);
        Assert.Null(_openings.Take(_alice, "192.0.2.7", "web-1", 8));
    }

    [Fact]
    public void What_was_asked_five_seconds_ago_is_asked_anew()
    {
        _clock.Advance(TimeSpan.FromSeconds(5));

        Assert.Null(_openings.Take(_alice, "192.0.2.7", "web-1", 7));
    }

    private static Person Person() => new()
    {
        Id = Sessions.NewId(),
        Arn = "arn:aws:iam::111122223333:user/alice",
        AccountId = "111122223333",
        Region = "us-east-1",
        Credentials = new AwsCredentials("AKIAIOSFODNN7EXAMPLE", "secret"),
        ExpiresAt = DateTimeOffset.MaxValue,
    };
}
