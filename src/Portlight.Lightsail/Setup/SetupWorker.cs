using System.Text;
using Microsoft.Extensions.Logging;
using Portlight.Api;
using Portlight.Domain;
using Portlight.Storage;

namespace Portlight.Lightsail;

/// <summary>
/// Finishes accounts and regions that were begun: each account gets its default key pair in each open region, then is ready. Until then calls answer
/// AccountSetupInProgressException or RegionSetupInProgressException. Idempotent and level-triggered: it looks at what is stored, whatever woke it.
/// </summary>
internal sealed partial class SetupWorker(IStore store, SecretBox box, TimeProvider clock, ILogger<SetupWorker> log) : IAsyncDisposable
{
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(5);

    private readonly SemaphoreSlim _bell = new(0);
    private readonly CancellationTokenSource _stopping = new();
    private Task _running = Task.CompletedTask;

    public void Start() => _running = Task.Run(FollowAsync);

    /// <summary>Says that something was begun.</summary>
    public void Nudge() => _bell.Release();

    /// <summary>From now on nothing is finished but by <see cref="RunOnceAsync"/>.</summary>
    internal void Pause() => _stopping.Cancel();

    public async Task RunOnceAsync()
    {
        var regions = store.View.ListRegions();
        var accounts = store.View.ListAccounts().Where(account => account.State != AccountState.Closed).ToList();
        foreach (var account in accounts)
        {
            foreach (var region in regions.Where(region => account.State == AccountState.SettingUp || !region.IsReady))
            {
                await MakeDefaultKeyPairAsync(new Scope(account.Id, region.Name));
            }
        }

        await store.CommitAsync((view, changes) =>
        {
            // What was begun meanwhile has no key pair yet and waits for the next round.
            foreach (var region in view.ListRegions().Where(region => !region.IsReady && regions.Contains(region)))
            {
                changes.Save(region with { IsReady = true });
            }

            foreach (var account in view.ListAccounts().Where(account => account.State == AccountState.SettingUp && accounts.Contains(account)))
            {
                changes.Save(account with { State = AccountState.Active });
            }

            return true;
        });
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _running;
        _stopping.Dispose();
        _bell.Dispose();
    }

    private async Task MakeDefaultKeyPairAsync(Scope scope)
    {
        if (store.View.FindKeyPair(scope, KeyPair.DefaultName) is not null)
        {
            return;
        }

        var made = SshKeyPair.Generate();
        await store.CommitAsync((view, changes) =>
        {
            if (view.FindKeyPair(scope, KeyPair.DefaultName) is null)
            {
                changes.Save(new KeyPair
                {
                    Scope = scope,
                    Name = KeyPair.DefaultName,
                    Id = Ids.Random(),
                    CreatedAt = clock.GetUtcNow(),
                    PublicKey = made.PublicKey,
                    Fingerprint = SshKeyPair.Fingerprint(made.PublicKey),
                    SealedPrivateKey = box.Seal(Encoding.UTF8.GetBytes(made.PrivateKey)),
                });
            }

            return true;
        });
    }

    private async Task FollowAsync()
    {
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                await _bell.WaitAsync(_stopping.Token);
                await RunOnceAsync();
            }
            catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
            {
                return;
            }
            catch (StoreException problem)
            {
                LogFailed(log, problem);
                await Task.Delay(RetryAfter, clock, _stopping.Token).ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
                Nudge();
            }
        }
    }

    [LoggerMessage(5201, LogLevel.Error, "an account or region could not be set up; trying again")]
    private static partial void LogFailed(ILogger logger, Exception problem);
}
