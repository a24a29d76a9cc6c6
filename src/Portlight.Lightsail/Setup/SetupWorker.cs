using System.Text;
using Microsoft.Extensions.Logging;
using Portlight.Api;
using Portlight.Background;
using Portlight.Domain;
using Portlight.Storage;

namespace Portlight.Lightsail;

/// <summary>
/// Finishes accounts and regions that were begun: each account gets its default key pair in each open region, then is ready. Until then calls answer
/// AccountSetupInProgressException or RegionSetupInProgressException. Idempotent and level-triggered: it looks at what is stored, whatever woke it.
/// </summary>
internal sealed class SetupWorker : IAsyncDisposable
{
    private readonly IStore _store;
    private readonly SecretBox _box;
    private readonly Func<SshKeyPair> _newKeyPair;
    private readonly TimeProvider _clock;
    private readonly Bell _bell = new();
    private readonly BackgroundLoop _loop;

    public SetupWorker(IStore store, SecretBox box, Func<SshKeyPair> newKeyPair, TimeProvider clock, ILogger<SetupWorker> log)
    {
        (_store, _box, _newKeyPair, _clock) = (store, box, newKeyPair, clock);
        _loop = new BackgroundLoop("setup of accounts and regions", FollowAsync, clock, log) { PauseAfterFailure = TimeSpan.FromSeconds(5) };
    }

    public void Start() => _loop.Start();

    /// <summary>Says that something was begun.</summary>
    public void Nudge() => _bell.Ring();

    /// <summary>From now on nothing is finished but by <see cref="RunOnceAsync"/>.</summary>
    internal ValueTask PauseAsync() => _loop.DisposeAsync();

    public async Task RunOnceAsync()
    {
        var regions = _store.View.ListRegions();
        var accounts = _store.View.ListAccounts().Where(account => account.State != AccountState.Closed).ToList();
        foreach (var account in accounts)
        {
            foreach (var region in regions.Where(region => account.State == AccountState.SettingUp || !region.IsReady))
            {
                await MakeDefaultKeyPairAsync(new Scope(account.Id, region.Name));
            }
        }

        await _store.CommitAsync((view, changes) =>
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

    public ValueTask DisposeAsync() => _loop.DisposeAsync();

    private async Task MakeDefaultKeyPairAsync(Scope scope)
    {
        if (_store.View.FindKeyPair(scope, KeyPair.DefaultName) is not null)
        {
            return;
        }

        var made = _newKeyPair();
        await _store.CommitAsync((view, changes) =>
        {
            if (view.FindKeyPair(scope, KeyPair.DefaultName) is null)
            {
                changes.Save(new KeyPair
                {
                    Scope = scope,
                    Name = KeyPair.DefaultName,
                    Id = Ids.Random(),
                    CreatedAt = _clock.GetUtcNow(),
                    PublicKey = made.PublicKey,
                    Fingerprint = SshKeyPair.Fingerprint(made.PublicKey),
                    SealedPrivateKey = _box.Seal(Encoding.UTF8.GetBytes(made.PrivateKey)),
                });
            }

            return true;
        });
    }

    private async Task FollowAsync(CancellationToken stopping)
    {
        await _bell.WaitAsync(stopping);
        try
        {
            await RunOnceAsync();
        }
        catch
        {
            Nudge(); // it is all still to be done
            throw;
        }
    }
}
