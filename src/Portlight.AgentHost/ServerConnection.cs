using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Google.Protobuf;
using Grpc.Core;
using Microsoft.Extensions.Logging;
using Portlight.AgentProtocol;
using Portlight.AgentStream.Agent;
using Portlight.AgentStream.Wire;
using Portlight.Certificates;

namespace Portlight.AgentHost;

/// <summary>One connection to one server, until it ends.</summary>
internal sealed partial class ServerConnection(KeptAgent agent, HostMembership membership, AgentSettings settings, TimeProvider clock)
{
    private static readonly TimeSpan CallPatience = TimeSpan.FromSeconds(20);

    /// <summary>When the authority is replaced all hosts come at once, within that part of the longest wait.</summary>
    private const int RenewalShare = 6;

    private static readonly TimeSpan RenewalCheck = TimeSpan.FromHours(1);

    /// <summary>More that a server names are not gone to.</summary>
    private const int MostServers = 100;

    private readonly Lock _changing = new();
    private volatile bool _connectsAgain;

    private readonly ILogger _log = settings.Loggers.CreateLogger<ServerConnection>();

    /// <summary>What is known by now: renewed, and with whatever authorities the server said are to be trusted. On the disk already.</summary>
    internal HostMembership Membership { get; private set; } = membership;

    /// <summary>Whether the server has answered.</summary>
    internal bool WasWelcome { get; private set; }

    /// <summary>Called when it has.</summary>
    internal required Action Welcomed { get; init; }

    /// <summary>Connects and serves. Always ends with an exception, an <see cref="RpcException"/> but for faults of the server.</summary>
    /// <param name="server">Where to.</param>
    /// <param name="credential">Which of the credentials to show.</param>
    /// <param name="cancellationToken">Ends it.</param>
    internal async Task RunAsync(Uri server, HostCredential credential, CancellationToken cancellationToken)
    {
        using var certificate = credential.Load();
        using var channel = ServerChannel.Open(server, Membership.Trust, certificate, settings.Ping, Membership.Servers.Length > 1);
        var agents = new Agents.AgentsClient(channel);
        using var call = agents.Connect(cancellationToken: cancellationToken);
        using var session = new AgentSession(agent, settings.Release, call.RequestStream.WriteAsync, clock) { ServersTold = told => TakeServers(told, server), Run = settings.Run };
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var renewing = Task.CompletedTask;
        try
        {
            await session.RunAsync(
                call.ResponseStream.ReadAllAsync(ending.Token),
                welcome =>
                {
                    // First: a welcome that cannot be taken is none, and the next try waits longer.
                    Take(welcome, credential);
                    WasWelcome = true;
                    Welcomed();
                    TakeServers(welcome.Servers, server);
                    renewing = KeepRenewedAsync(agents, DateTimeOffset.FromUnixTimeMilliseconds(welcome.Clock) - clock.GetUtcNow(), ending);
                },
                ending.Token);
        }
        catch (Exception ended) when (_connectsAgain && ended is RpcException or OperationCanceledException)
        {
            // With a certificate of the new authority.
        }
        catch (RpcException refused) when (refused.StatusCode == StatusCode.FailedPrecondition)
        {
            // The certificate has expired, by the clock of the server, which is the one that counts.
            await RenewAsync(agents, cancellationToken);
        }
        finally
        {
            await ending.CancelAsync();
            await renewing.ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        }
    }

    /// <summary>A certificate that has worked takes the place of the one before it; authorities are those that the server names.</summary>
    /// <exception cref="AgentException">None of those has signed the certificate by which the server knows this host.</exception>
    private void Take(Welcome welcome, HostCredential credential)
    {
        var authorities = welcome.Authorities.Select(authority => authority.ToByteArray()).ToList();
        if (authorities.Count > 0)
        {
            (Membership with { Authorities = [.. authorities], Credentials = [credential] }).RequireSound(clock.GetUtcNow());
        }

        var isNewest = credential == Membership.Credentials[0];
        if (authorities.Count > 0 && !authorities.SequenceEqual(Membership.Authorities, ByteComparer.Instance) || isNewest && Membership.Credentials.Length > 1)
        {
            SaveOrRemember(known => known with { Authorities = authorities.Count > 0 ? [.. authorities] : known.Authorities, Credentials = isNewest ? [credential] : known.Credentials });
        }
    }

    /// <summary>The servers are those that a server names, and the address by which that one was reached.</summary>
    private void TakeServers(IReadOnlyList<string> told, Uri by)
    {
        List<Uri> servers = [.. told.Take(MostServers).Select(text => Uri.TryCreate(text, UriKind.Absolute, out var server) && server.Scheme == Uri.UriSchemeHttps ? server : null).OfType<Uri>()];
        if (servers.Count > 0 && !servers.Append(by).ToHashSet().SetEquals(Membership.Servers))
        {
            SaveOrRemember(known => known with { Servers = [.. servers.Append(by).Distinct()] });
        }
    }

    /// <param name="agents">The server's calls.</param>
    /// <param name="ahead">How far the server's clock is ahead of this machine's, which may be wrong by years.</param>
    /// <param name="ending">Ends this connection.</param>
    private async Task KeepRenewedAsync(Agents.AgentsClient agents, TimeSpan ahead, CancellationTokenSource ending)
    {
        var jitter = RandomNumberGenerator.GetInt32(1000) / 1000.0;
        while (true)
        {
            using var newest = Membership.Credentials[0].Load();
            try
            {
                if (IsOfFormerAuthority(newest))
                {
                    await Task.Delay(settings.MaxWait * (jitter / RenewalShare), clock, ending.Token);
                    await RenewAsync(agents, ending.Token);
                    _connectsAgain = true;
                    await ending.CancelAsync();
                    return;
                }

                if (Trust.IsRenewalDue(newest, clock.GetUtcNow() + ahead, jitter))
                {
                    await RenewAsync(agents, ending.Token);
                }
            }
            catch (Exception problem) when (!ending.IsCancellationRequested && problem is RpcException or IOException or UnauthorizedAccessException or TimeoutException or AgentException)
            {
                // Tried again as long as there is time: what is not on the disk must not be used, because a restart would show the one before it.
                LogNotRenewed(_log, problem.Message);
            }

            await Task.Delay(RenewalCheck, clock, ending.Token);
        }
    }

    /// <summary>Of two authorities, the last is the one that takes the place of the other.</summary>
    private bool IsOfFormerAuthority(X509Certificate2 certificate)
    {
        using var newest = X509CertificateLoader.LoadCertificate(Membership.Authorities[^1]);
        return new Trust(newest).CheckHost(certificate, clock.GetUtcNow()).Standing == CertificateStanding.ForeignAuthority;
    }

    /// <summary>Another key, and a certificate for it, which is used from the next connection on.</summary>
    private async Task RenewAsync(Agents.AgentsClient agents, CancellationToken cancellationToken)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var reply = await agents.RenewAsync(
            new RenewRequest { SigningRequest = ByteString.CopyFrom(SigningRequest.Create(key)) }, cancellationToken: cancellationToken)
            .ResponseAsync.WaitAsync(CallPatience, cancellationToken);
        var renewed = new HostCredential(reply.Certificate.ToByteArray(), key.ExportPkcs8PrivateKey());
        Save(known =>
        {
            var changed = known with { Credentials = [renewed, known.Credentials[0]], Authorities = [.. reply.Authorities.Select(authority => authority.ToByteArray())] };
            changed.RequireSound(clock.GetUtcNow());
            return changed;
        });
    }

    private void SaveOrRemember(Func<HostMembership, HostMembership> change)
    {
        try
        {
            Save(change);
        }
        catch (Exception unwritten) when (unwritten is IOException or UnauthorizedAccessException)
        {
            // A disk that cannot be written is no reason to hear no server; the next one says it again.
            lock (_changing)
            {
                Membership = change(Membership);
            }

            LogNotWritten(_log, unwritten.Message);
        }
    }

    /// <summary>What the server says and a renewal may come at once, and neither must undo the other.</summary>
    private void Save(Func<HostMembership, HostMembership> change)
    {
        lock (_changing)
        {
            var changed = change(Membership);
            changed.Write(settings.Directory);
            Membership = changed;
        }
    }

    [LoggerMessage(6305, LogLevel.Warning, "what the server said of its authorities and of the servers cannot be written to the disk: {Problem}")]
    private static partial void LogNotWritten(ILogger logger, string problem);

    [LoggerMessage(6306, LogLevel.Warning, "this machine's certificate could not be renewed, which is tried again: {Problem}")]
    private static partial void LogNotRenewed(ILogger logger, string problem);

    private sealed class ByteComparer : IEqualityComparer<byte[]>
    {
        internal static readonly ByteComparer Instance = new();

        public bool Equals(byte[]? x, byte[]? y) => x.AsSpan().SequenceEqual(y);

        public int GetHashCode(byte[] obj) => obj.Length;
    }
}
