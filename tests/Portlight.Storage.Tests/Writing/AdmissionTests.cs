namespace Portlight.Storage.Tests.Writing;

public sealed class AdmissionTests
{
    [Fact]
    public async Task An_account_whose_waits_were_given_up_leaves_the_others_their_room()
    {
        var admission = new Admission(mostOfAll: 2, mostOfOne: 2, mostBesideOthers: 1);
        await admission.EnterAsync("one", TestContext.Current.CancellationToken);
        await admission.EnterAsync("two", TestContext.Current.CancellationToken);
        using var given = new CancellationTokenSource();
        var waiting = admission.EnterAsync("three", given.Token).AsTask();
        await given.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        admission.Leave("two");

        Assert.True(admission.EnterAsync("one", TestContext.Current.CancellationToken).AsTask().IsCompletedSuccessfully);
    }
}
