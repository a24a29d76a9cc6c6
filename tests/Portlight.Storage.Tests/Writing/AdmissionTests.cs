using Microsoft.Extensions.Time.Testing;

namespace Portlight.Storage.Tests.Writing;

public sealed class AdmissionTests
{
    [Fact]
    public async Task An_account_whose_waits_were_given_up_leaves_the_others_their_room()
    {
        var admission = new Admission(mostOfAll: 2, mostOfOne: 2, mostBesideOthers: 1, TimeProvider.System);
        await admission.EnterAsync("one", TestContext.Current.CancellationToken);
        await admission.EnterAsync("two", TestContext.Current.CancellationToken);
        using var given = new CancellationTokenSource();
        var waiting = admission.EnterAsync("three", given.Token).AsTask();
        await given.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        admission.Leave("two");

        Assert.True(admission.EnterAsync("four", TestContext.Current.CancellationToken).AsTask().IsCompletedSuccessfully);
    }

    [Fact]
    public void What_one_account_may_have_on_their_way_stays_small_for_a_moment_after_the_last_write_of_another()
    {
        var clock = new FakeTimeProvider();
        var admission = new Admission(mostOfAll: 100, mostOfOne: 10, mostBesideOthers: 2, clock);
        Assert.Equal(10, Flood());
        Leave("flood", 20);

        // The other waits for each answer, so it is gone between two of its writes.
        Assert.True(Enter("patient"));
        admission.Leave("patient");
        Assert.Equal(2, Flood());
        Assert.True(Enter("patient"));
        admission.Leave("patient");
        Leave("flood", 20);

        clock.Advance(Admission.Remembered);
        Assert.True(Enter("flood")); // comes after another, and so are those that follow for a moment
        Assert.Equal(1, Flood());
        Leave("flood", 21);
        clock.Advance(Admission.Remembered);
        Assert.Equal(10, Flood());

        bool Enter(string account) => admission.EnterAsync(account, TestContext.Current.CancellationToken).AsTask().IsCompletedSuccessfully;
        int Flood() => Enumerable.Range(0, 20).Count(_ => Enter("flood"));
        void Leave(string account, int times)
        {
            for (var i = 0; i < times; i++)
            {
                admission.Leave(account);
            }
        }
    }
}
