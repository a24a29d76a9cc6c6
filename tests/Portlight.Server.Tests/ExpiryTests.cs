using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Portlight.Api;
using Portlight.Storage;
using Portlight.Storage.Sqlite;
using Portlight.TestKit;

namespace Portlight.Server.Tests;

/// <summary>What has expired goes day by day, so that a clock that jumps takes little with it.</summary>
public sealed class ExpiryTests : IAsyncLifetime
{
    private static readonly DateTimeOffset Start = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);

    private readonly string _directory = Directory.CreateTempSubdirectory("portlight-expiry-").FullName;
    private readonly FakeTimeProvider _clock = new(Start);
    private SqliteStore _store = null!;

    public ValueTask InitializeAsync()
    {
        _store = SqliteStore.Open(Path.Combine(_directory, "portlight.db"), _clock);
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        await _store.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }

    [Fact]
    public async Task An_hour_with_a_clock_that_is_months_ahead_forgets_one_day_of_the_audit_log()
    {
        for (var day = 0; day < 5; day++)
        {
            await _store.SaveAsync((_, changes) =>
            {
                changes.Record(new AuditEvent(_clock.GetUtcNow(), """{"eventName":"Op"}"""u8.ToArray()));
                return true;
            }, TestContext.Current.CancellationToken);
            _clock.Advance(TimeSpan.FromDays(1));
        }

        _clock.Advance(TimeSpan.FromDays(120));
        var pruner = new Pruner(_store, TimeSpan.FromDays(90), TimeSpan.FromDays(90), _clock, NullLogger<Pruner>.Instance);
        pruner.Start();
        Assert.Equal(0, _store.View.AuditStart.Sequence);
        for (var hour = 1; hour <= 3; hour++)
        {
            _clock.Advance(TimeSpan.FromHours(1));
            await Until.TrueAsync(() => _store.View.AuditStart.Sequence >= hour, $"event {hour} to be forgotten");
        }

        await pruner.DisposeAsync();
        Assert.Equal(3, _store.View.AuditStart.Sequence);
    }

    [Theory]
    [InlineData(null, 0)]
    [InlineData(0, 0)]
    [InlineData(-1, 0)]
    [InlineData(-2, -1)]
    [InlineData(-90, -89)]
    public void At_once_goes_what_has_expired_of_the_oldest_day(int? oldestDay, int expectedDay) =>
        Assert.Equal(Start.AddDays(expectedDay), Expiry.Before(Start, oldestDay is { } day ? Start.AddDays(day) : null));
}
