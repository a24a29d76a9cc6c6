using Portlight.AgentProtocol;
using Portlight.Audit;
using Portlight.Domain;
using Portlight.Storage;

namespace Portlight.Fleet;

/// <summary>
/// Which agents may speak for a host: the part of joining that is stored. The listener for agents calls it with what it has read from an agent; making certificates is its
/// own. A token is consumed in the transaction that stores the certificate, so of two that show it one wins; the winner may ask again with the same key until the
/// token expires, because the answer may have been lost.
/// </summary>
/// <param name="store">The store.</param>
/// <param name="hosts">The hosts.</param>
/// <param name="home">The account and region whose audit log tells of hosts.</param>
/// <param name="clock">The time.</param>
internal sealed class HostJoining(IStore store, HostRegistry hosts, Scope home, TimeProvider clock)
{
    /// <summary>Certificates that a host has at a time: the one in use, and newer ones whose answers may have been lost.</summary>
    private const int MaxCertificates = 4;

    /// <summary>How long after its end a certificate is good for getting a new one, and nothing else: a machine may have been switched off.</summary>
    public static readonly TimeSpan RenewalGrace = TimeSpan.FromDays(90);

    // A certificate is renewed once a fortnight, or once an hour where its machine cannot write it down; an agent pauses for up to a second before it connects again.
    private readonly HostPace _renewals = new(atOnce: 8, TimeSpan.FromMinutes(10), clock), _refusals = new(atOnce: 16, TimeSpan.FromMinutes(10), clock), _connections = new(atOnce: 60, TimeSpan.FromSeconds(1), clock);

    /// <summary>Consumes a token. The host's former certificates are of no use afterwards.</summary>
    /// <param name="asked">What the agent has shown.</param>
    /// <param name="issue">Makes a certificate for the key of the request and the host of that name. It may be called in vain.</param>
    /// <returns>The host's name and the certificate, that of the first answer when this is asked again.</returns>
    /// <exception cref="HostRefusedException">The token is not known, has expired or has been used for another key. It is in the audit log where there is such a token, if it is not asked again and again.</exception>
    /// <exception cref="StoreException">Nothing was consumed, or it is not known.</exception>
    public async Task<(string Host, HostCertificate Certificate)> JoinAsync(JoinRequest asked, Func<string, HostCertificate> issue)
    {
        var key = HostTokens.Hash(asked.PublicKey.AsSpan());
        var known = store.View.FindHostOfToken(asked.TokenId);
        if (known?.Token is not { } shown || !HostTokens.IsSecretOf(shown, asked.Secret.AsSpan()))
        {
            throw new HostRefusedException("the token is not known here: make a new one (`portlight host token NAME`)");
        }

        if (Refusal(known, shown.Id, key) is { } refusal)
        {
            if (_refusals.Take(known.Name) is null)
            {
                await store.RecordAsync(Event(ServiceEvent.HostJoinRefused, known, asked.From, ("reason", refusal), ("publicKey", key)), untilDurable: true);
            }

            throw new HostRefusedException(refusal);
        }

        if (shown.UsedFor == key)
        {
            return (known.Name, Issued(known, key));
        }

        var issued = issue(known.Name);
        var committed = await store.CommitAsync((view, changes) =>
        {
            var host = view.FindHost(known.Name);
            if (host is null || Refusal(host, shown.Id, key) is not null || host.Token!.UsedFor is not null)
            {
                return (Joined: host, IsNew: false); // another one was faster, or the host is not ours any more
            }

            var joined = host with
            {
                State = host.State == HostState.Joining ? HostState.Active : host.State,
                JoinedAt = clock.GetUtcNow(),
                Token = host.Token with { UsedFor = key },
                Certificates = [issued],
                // Whichever server has the agent of the former machine: it is not the host's any more.
                Link = host.Link is { } link ? link with { Generation = link.Generation + 1, Server = "", Since = clock.GetUtcNow() } : null,
            };
            changes.Save(joined);
            changes.Record(Event(ServiceEvent.HostJoined, joined, asked.From, ("serial", issued.Serial), ("publicKey", key)));
            return (Joined: (Host?)joined, IsNew: true);
        });
        var (now, isNew) = committed.Result;
        if (isNew)
        {
            await hosts.DisconnectAsync(known.Name, $"a machine has joined as {known.Name} by a token, and the certificate of this one is of no use any more");
            return (known.Name, issued);
        }

        return now is not null && Refusal(now, shown.Id, key) is null ? (now.Name, Issued(now, key)) : throw new HostRefusedException(now is null ? $"there is no host {known.Name} any more" : Refusal(now, shown.Id, key)!);
    }

    /// <summary>Stores a certificate by which another one is renewed, which stays good until the new one is used.</summary>
    /// <param name="host">The host that the certificate in use names.</param>
    /// <param name="serial">The serial number of the certificate in use, in hexadecimal.</param>
    /// <param name="issue">Makes the certificate. It may be called in vain.</param>
    /// <exception cref="HostRefusedException">The certificate in use is of no use any more, or was renewed too often.</exception>
    public async Task<HostCertificate> RenewAsync(string host, string serial, Func<string, HostCertificate> issue)
    {
        RequireAdmission(host, serial, forRenewal: true);
        RequirePace(_renewals, host, "has had its certificate renewed too often");
        var issued = issue(host);
        var committed = await store.CommitAsync((view, changes) =>
        {
            var current = view.FindHost(host);
            if (RefusalOfCertificate(current, host, serial, forRenewal: true) is { } refusal)
            {
                return refusal;
            }

            var kept = current!.Certificates.Where(certificate => certificate.Serial != issued.Serial).TakeLast(MaxCertificates - 1);
            kept = kept.Any(certificate => certificate.Serial == serial) ? kept : kept.Skip(1).Prepend(current.Certificates.First(certificate => certificate.Serial == serial));
            var renewed = current with { Certificates = [.. kept, issued] };
            changes.Save(renewed);
            changes.Record(Event(ServiceEvent.HostCertificateRenewed, renewed, from: null, ("serial", issued.Serial), ("formerSerial", serial)));
            return null;
        });
        return committed.Result is { } refused ? throw new HostRefusedException(refused) : issued;
    }

    /// <summary>Whether an agent that has shown a certificate of ours may speak for the host that it names. To be asked at every connection.</summary>
    /// <param name="host">The host that the certificate names.</param>
    /// <param name="serial">Its serial number, in hexadecimal.</param>
    /// <param name="forRenewal">It only wants a new certificate: one that has expired does for a while.</param>
    /// <returns>The host as it is stored.</returns>
    /// <exception cref="HostRefusedException">It may not.</exception>
    public Host RequireAdmission(string host, string serial, bool forRenewal = false)
    {
        var stored = store.View.FindHost(host);
        return RefusalOfCertificate(stored, host, serial, forRenewal) is { } refusal ? throw new HostRefusedException(refusal) : stored!;
    }

    /// <summary>An agent connects by a certificate: it may, and the certificate is in use from now on, so those that it has replaced are of no use any more.</summary>
    /// <exception cref="HostRefusedException">It may not.</exception>
    public async Task AdmitAsync(string host, string serial)
    {
        if (RequireAdmission(host, serial).Certificates[0].Serial == serial)
        {
            return;
        }

        await store.CommitAsync((view, changes) =>
        {
            var current = view.FindHost(host);
            if (current?.Certificates.Any(certificate => certificate.Serial == serial) == true)
            {
                changes.Save(current with { Certificates = [.. current.Certificates.SkipWhile(certificate => certificate.Serial != serial)] });
            }

            return true;
        });
    }

    /// <summary>The agent of a host, which was let in, is this server's from now on: <see cref="HostRegistry.TakeAsync"/>. Where another one runs with its key that is in the audit log, once as long as it goes on.</summary>
    /// <exception cref="HostRefusedException">It may not, or comes too often.</exception>
    public async Task<long> TakeAsync(string host, AgentStatus status)
    {
        RequirePace(_connections, host, "has connected too often");
        var generation = await hosts.TakeAsync(host, status);
        if (hosts.Find(host) is { Stored: { } stored } loop && loop.Telling.Arrivals.NewRivals is { Count: > 0 } rivals)
        {
            await store.RecordAsync(Event(ServiceEvent.HostKeyShared, stored, from: null, ("sourceAddresses", string.Join(", ", rivals.Select(one => one.Address).Distinct()))), untilDurable: false);
        }

        return generation;
    }

    private static void RequirePace(HostPace pace, string host, string problem)
    {
        if (pace.Take(host) is { } wait)
        {
            throw new HostRefusedException($"the host {host} {problem}: it may again in {Math.Ceiling(wait.TotalSeconds):0} s");
        }
    }

    private string? Refusal(Host host, string tokenId, string key) => host switch
    {
        { State: HostState.Revoked } => $"the host {host.Name} is revoked",
        _ when host.Token?.Id != tokenId => $"there is a newer token for the host {host.Name}: use that one",
        { Token.ExpiresAt: var end } when end <= clock.GetUtcNow() => $"the token has expired at {end:yyyy-MM-ddTHH:mm:ssZ}: make a new one (`portlight host token {host.Name}`)",
        { Token.UsedFor: { } other } when other != key => $"the token was used by another machine: if that is not yours, revoke the host (`portlight host revoke {host.Name}`)",
        { Token.UsedFor: not null } when !host.Certificates.Any(certificate => certificate.PublicKey == key) => "the token was used, and its certificate has been replaced since",
        _ => null,
    };

    private string? RefusalOfCertificate(Host? host, string name, string serial, bool forRenewal)
    {
        if (host is null)
        {
            return $"there is no host {name} here: it was removed, or this is another installation";
        }

        if (host.State == HostState.Revoked)
        {
            return $"the host {name} is revoked";
        }

        var end = host.Certificates.FirstOrDefault(certificate => string.Equals(certificate.Serial, serial, StringComparison.OrdinalIgnoreCase))?.ExpiresAt;
        return end switch
        {
            null => $"this certificate of the host {name} is of no use any more: a newer one is in use, or another machine has joined as {name}",
            _ when end + RenewalGrace <= clock.GetUtcNow() => $"the certificate of the host {name} has expired at {end:yyyy-MM-ddTHH:mm:ssZ}, too long ago to be renewed: join again (`portlight host token {name}`)",
            _ when end <= clock.GetUtcNow() && !forRenewal => $"the certificate of the host {name} has expired at {end:yyyy-MM-ddTHH:mm:ssZ}: it has to be renewed first",
            _ => null,
        };
    }

    private static HostCertificate Issued(Host host, string key) => host.Certificates.Last(certificate => certificate.PublicKey == key);

    private AuditEvent Event(string name, Host host, string? from, params (string Fact, string Value)[] facts)
    {
        var details = new Dictionary<string, string> { ["hostName"] = host.Name };
        if (from is not null)
        {
            details["sourceAddress"] = from;
        }

        foreach (var (fact, value) in facts)
        {
            details[fact] = value;
        }

        return ServiceEvent.Of(clock.GetUtcNow(), name, home.AccountId, home.Region, (HostName.Arn(home.AccountId, host.Name), "Portlight::Host"), details);
    }
}
