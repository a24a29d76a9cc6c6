using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Logging;
using Portlight.AgentListener;
using Portlight.AgentProtocol;
using Portlight.AgentStream.Server;
using Portlight.Api;
using Portlight.Certificates;
using Portlight.Domain;
using Portlight.Fleet;
using Portlight.Storage;

namespace Portlight.Server;

/// <summary>Opens the listener for agents on other machines: puts together the authority, which is stored sealed, what is stored of hosts, and the loops that are to have the agents.</summary>
internal sealed class AgentDoors(IStore store, SecretBox box, HostRegistry hosts, HostJoining joining, InstallationId installation, TimeProvider clock)
{
    private static readonly TaskCompletionSource Never = new();
    private static readonly TimeSpan Ping = TimeSpan.FromSeconds(15);

    /// <summary>Agents can connect when this returns, and tokens say where.</summary>
    /// <exception cref="StoreException">The authority cannot be stored, or not be opened.</exception>
    public async Task<AgentListener.AgentListener> OpenAsync(IReadOnlyList<BoundListener> listeners, Action<ILoggingBuilder> logging, CancellationToken cancellationToken)
    {
        var authorities = Load(await EnsureAuthorityAsync());
        var addresses = listeners.Select(listener => listener.Address).ToList();
        var identity = new ListenerIdentity(authorities, [.. addresses.Select(address => address.Host.Trim('[', ']'))], clock);
        var listener = await AgentListener.AgentListener.StartAsync(
            listeners,
            identity,
            Door(),
            // Another epoch at every start: what a server knows may be that of an older backup.
            new RemoteAgentOptions { Release = $"portlight {typeof(AgentDoors).Assembly.GetName().Version?.ToString(3)}", Epoch = Guid.CreateVersion7().ToString() },
            new HandshakeLimits(),
            Ping,
            clock,
            logging,
            cancellationToken);
        hosts.Door = new AgentDoor(AuthorityPin.Of(authorities[0].Certificate), addresses)
        {
            MakeAuthority = Make,
            AgentAt = (host, at, status) => new AgentElsewhere(host, status, (question, cancellation) => listener.AskElsewhereAsync(at, host, question, cancellation)),
            TakeAuthorities = () =>
            {
                var stored = Load(store.View.FindHost(HostName.Local)!.Authorities);
                identity.Replace(stored);
                hosts.Door = hosts.Door! with { Pin = AuthorityPin.Of(stored[0].Certificate) };
            },
        };
        return listener;
    }

    private HostAuthority Make()
    {
        using var made = CertificateAuthority.Create(installation, clock.GetUtcNow());
        return new HostAuthority([.. made.Certificate.RawData], box.Seal(made.ExportPrivateKey()));
    }

    private HostDoor Door() => new()
    {
        Installation = installation.ToString(),
        Join = (token, secret, key, from, issue) => ToldAsync(async () =>
        {
            var asked = new JoinRequest(token, [.. secret], [.. key.ExportSubjectPublicKeyInfo()], from);
            var (host, certificate) = await joining.JoinAsync(asked, name => ToRow(issue(name)));
            return (host, certificate.Der.ToArray());
        }),
        Renew = (host, serial, issue) => ToldAsync(async () => (await joining.RenewAsync(host, serial, name => ToRow(issue(name)))).Der.ToArray()),
        Admit = (host, serial) => ToldAsync(async () =>
        {
            await joining.AdmitAsync(host, serial);
            return true;
        }),
        Servers = () => store.IsShared ? hosts.Servers.Agents : ([], Never.Task),
        Take = (host, status) => ToldAsync(() => joining.TakeAsync(host, status)),
        Ask = (host, question, cancellation) => hosts.Find(host)?.Agent is RemoteAgent agent
            ? agent.AskAsync(question, cancellation)
            : throw new AgentGoneException($"the agent of the host {host} is not connected here"),
        Connect = (host, agent, generation) =>
        {
            var connection = hosts.Connect(host, agent, generation);
            return (connection, connection.Ended);
        },
    };

    /// <summary>Made at the first start that has a listener for agents.</summary>
    private async Task<ImmutableArray<HostAuthority>> EnsureAuthorityAsync()
    {
        if (store.View.FindHost(HostName.Local) is { Authorities.IsDefaultOrEmpty: false } local)
        {
            return local.Authorities;
        }

        var authority = Make();
        var committed = await store.CommitAsync((view, changes) =>
        {
            var current = view.FindHost(HostName.Local) ?? throw new StoreException("the host of this machine is not stored");
            if (!current.Authorities.IsDefaultOrEmpty)
            {
                return current.Authorities; // another server of the same database was faster
            }

            changes.Save(current with { Authorities = [authority] });
            return [authority];
        });
        return committed.Result;
    }

    private List<CertificateAuthority> Load(ImmutableArray<HostAuthority> stored)
    {
        try
        {
            return [.. stored.Select(authority => CertificateAuthority.Load(authority.Der.ToArray(), box.Open(authority.SealedKey)))];
        }
        catch (CryptographicException exception)
        {
            throw new StoreException("the authority for hosts is damaged in the database; restore it from a backup", exception);
        }
    }

    private static HostCertificate ToRow(X509Certificate2 certificate) => new(
        Trust.SerialOf(certificate), HostTokens.Hash(certificate.PublicKey.ExportSubjectPublicKeyInfo()), certificate.NotAfter.ToUniversalTime(), [.. certificate.RawData]);

    private async Task<T> ToldAsync<T>(Func<Task<T>> ask)
    {
        try
        {
            await store.CatchUpAsync();
            return await ask();
        }
        catch (HostRefusedException refused)
        {
            throw new NotAdmittedException(refused.Message);
        }
    }
}
