using Microsoft.Extensions.Time.Testing;
using Portlight.AgentProtocol;
using Portlight.Fleet;

namespace Portlight.Server.Tests;

/// <summary>Who waits for a revision is told what became of it, or that it has waited long enough.</summary>
public sealed class ConfirmationsTests : IDisposable
{
    private readonly FakeTimeProvider clock = new();
    private readonly Confirmations confirmations;

    public ConfirmationsTests() => confirmations = new Confirmations(clock);

    public void Dispose() => confirmations.Dispose();

    [Fact]
    public async Task Everybody_who_waits_for_a_refused_revision_is_told_of_the_refusal()
    {
        var refusal = new AgentReport.Rejected(1, 7, "no room", Standing: null);
        var waits = Enumerable.Range(0, 3).Select(_ => confirmations.WaitAsync(7, TimeSpan.FromSeconds(2))).ToList();
        var later = confirmations.WaitAsync(8, TimeSpan.FromSeconds(2));

        confirmations.Reject(refusal);
        confirmations.Confirm(8);

        Assert.All(await Task.WhenAll(waits), told => Assert.Same(refusal, told));
        Assert.Null(await later);
        Assert.Same(refusal, await confirmations.WaitAsync(7, TimeSpan.FromSeconds(2)));
    }

    [Fact]
    public async Task Each_waits_as_long_as_it_may()
    {
        var patient = confirmations.WaitAsync(1, TimeSpan.FromSeconds(5));
        clock.Advance(TimeSpan.FromSeconds(1));
        var brief = confirmations.WaitAsync(1, TimeSpan.FromSeconds(1));
        await Assert.ThrowsAsync<TimeoutException>(() => confirmations.WaitAsync(1, TimeSpan.Zero));

        clock.Advance(TimeSpan.FromMilliseconds(999));
        Assert.False(brief.IsCompleted);
        clock.Advance(TimeSpan.FromMilliseconds(100));
        await Assert.ThrowsAsync<TimeoutException>(() => brief);
        Assert.False(patient.IsCompleted);

        confirmations.Confirm(1);
        Assert.Null(await patient);
        clock.Advance(TimeSpan.FromMinutes(1));
    }
}
