using Microsoft.Extensions.Time.Testing;
using Portlight.AgentProtocol;
using Portlight.Fleet;

namespace Portlight.Server.Tests;

/// <summary>Who waits for a revision is told what became of it, or that it has waited long enough.</summary>
public sealed class ConfirmationsTests : IDisposable
{
    private readonly FakeTimeProvider _clock = new();
    private readonly Confirmations _confirmations;

    public ConfirmationsTests() => _confirmations = new Confirmations(_clock);

    public void Dispose() => _confirmations.Dispose();

    [Fact]
    public async Task Everybody_who_waits_for_a_refused_revision_is_told_of_the_refusal()
    {
        var refusal = new AgentReport.Rejected(1, 7, "no room", Standing: null);
        var waits = Enumerable.Range(0, 3).Select(_ => _confirmations.WaitAsync(7, TimeSpan.FromSeconds(2))).ToList();
        var later = _confirmations.WaitAsync(8, TimeSpan.FromSeconds(2));

        _confirmations.Reject(refusal);
        _confirmations.Confirm(8);

        Assert.All(await Task.WhenAll(waits), told => Assert.Same(refusal, told));
        Assert.Null(await later);
        Assert.Same(refusal, await _confirmations.WaitAsync(7, TimeSpan.FromSeconds(2)));
    }

    [Fact]
    public async Task Each_waits_as_long_as_it_may()
    {
        var patient = _confirmations.WaitAsync(1, TimeSpan.FromSeconds(5));
        _clock.Advance(TimeSpan.FromSeconds(1));
        var brief = _confirmations.WaitAsync(1, TimeSpan.FromSeconds(1));
        await Assert.ThrowsAsync<TimeoutException>(() => _confirmations.WaitAsync(1, TimeSpan.Zero));

        _clock.Advance(TimeSpan.FromMilliseconds(999));
        Assert.False(brief.IsCompleted);
        _clock.Advance(TimeSpan.FromMilliseconds(100));
        await Assert.ThrowsAsync<TimeoutException>(() => brief);
        Assert.False(patient.IsCompleted);

        _confirmations.Confirm(1);
        Assert.Null(await patient);
        _clock.Advance(TimeSpan.FromMinutes(1));
    }
}
