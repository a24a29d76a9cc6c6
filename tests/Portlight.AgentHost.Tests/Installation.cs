using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Threading.Channels;
using Portlight.AgentListener;
using Portlight.AgentProtocol;
using Portlight.AgentStream.Server;
using Portlight.AgentStream.Wire;
using Portlight.Api;
using Portlight.Certificates;
using Portlight.Domain;

namespace Portlight.AgentHost.Tests;

/// <summary>A listener for agents on a port of this machine, over real TLS, and a memory of hosts behind it in the place of a store.</summary>
internal sealed class Installation : IAsyncDisposable
{
    internal const string Id = "00000000000001a5";

    private readonly Channel<(string Host, IAgent Agent)> _connected = Channel.CreateUnbounded<(string, IAgent)>();
    private readonly ConcurrentDictionary<string, (string Host, byte[] Hash)> _tokens = new();
    private readonly ConcurrentDictionary<string, RemoteAgent> _agents = new();
    private TaskCompletionSource _serversChanged = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private BoundListener? _bound;
    private AgentListener.AgentListener? _listener;

    internal Installation(ShiftedClock clock)
    {
        Clock = clock;
        Authority = CertificateAuthority.Create(new InstallationId(0x1a5), clock.GetUtcNow());
        Address = new Uri("https://127.0.0.1:0");
    }

    /// <summary>The same hosts behind another listener, which has other authorities.</summary>
    internal Installation(ShiftedClock clock, Installation hosts, CertificateAuthority authority, params CertificateAuthority[] others)
    {
        (Clock, Authority, OtherAuthorities, Hosts) = (clock, authority, others, hosts.Hosts);
        Address = new Uri("https://127.0.0.1:0");
    }

    internal ShiftedClock Clock { get; }

    internal CertificateAuthority Authority { get; }

    internal Uri Address { get; private set; }

    internal HandshakeLimits Limits { get; init; } = new();

    /// <summary>As which it lets machines in.</summary>
    internal string Number { get; init; } = Id;

    internal TimeSpan Ping { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Those that take its place.</summary>
    internal CertificateAuthority[] OtherAuthorities { get; } = [];

    internal long RefusedConnections => _listener!.Refused;

    /// <summary>Serials that may speak, by host.</summary>
    internal ConcurrentDictionary<string, List<string>> Hosts { get; } = new(StringComparer.Ordinal);

    /// <summary>Hashes of the keys by which somebody wanted to join.</summary>
    internal List<string> JoinKeys { get; } = [];

    /// <summary>The next answers to a joining machine get lost.</summary>
    internal int LostAnswers { get; set; }

    /// <summary>In the place of the certificates that renewals are answered with; null for these.</summary>
    internal byte[]? RenewedWith { get; set; }

    /// <summary>Completes when the agent that is connected is to go.</summary>
    internal TaskCompletionSource<string> Ended { get; private set; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>What agents are told of all servers; nothing at first.</summary>
    internal ImmutableArray<Uri> Servers { get; private set; } = [];

    /// <summary>It has no database at present, and can take nobody.</summary>
    internal bool IsOutOfOrder { get; set; }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    internal async Task StartAsync()
    {
        _bound = BoundListener.Bind(Address, certificate: null);
        Address = _bound.Address;
        var door = new HostDoor { Installation = Number, Join = JoinAsync, Renew = RenewAsync, Admit = AdmitAsync, Connect = Connect, Servers = () => (Servers, _serversChanged.Task), Take = TakeAsync, Ask = AskAsync };
        _listener = await AgentListener.AgentListener.StartAsync(
            [_bound], Identity = new ListenerIdentity([Authority, .. OtherAuthorities], [Address.Host], Clock), door, new RemoteAgentOptions { Release = "0.1.0", Epoch = Guid.CreateVersion7().ToString() }, Limits, Ping, Clock, _ => { }, Cancellation);
    }

    internal async Task StopAsync()
    {
        await _listener!.DisposeAsync();
        _bound!.Dispose();
    }

    internal JoinToken Token(string host)
    {
        var token = JoinToken.Create(AuthorityPin.Of(Authority.Certificate), [Address]);
        _tokens[token.Id] = (host, token.SecretHash);
        return token;
    }

    /// <summary>The next agent that connects.</summary>
    internal async Task<(string Host, IAgent Agent)> ConnectedAsync() => await _connected.Reader.ReadAsync(Cancellation);

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        Authority.Dispose();
    }

    private Task<(string Host, byte[] Certificate)> JoinAsync(string token, byte[] secret, PublicKey key, string from, Func<string, X509Certificate2> issue)
    {
        JoinKeys.Add(Convert.ToHexString(SHA256.HashData(key.ExportSubjectPublicKeyInfo())));
        if (!_tokens.TryGetValue(token, out var known) || !JoinToken.HashOf(secret).AsSpan().SequenceEqual(known.Hash))
        {
            throw new NotAdmittedException("the token is not known here");
        }

        using var certificate = issue(known.Host);
        Hosts[known.Host] = [Trust.SerialOf(certificate)];
        return LostAnswers-- > 0 ? throw new IOException("lost") : Task.FromResult((known.Host, certificate.RawData));
    }

    private Task<byte[]> RenewAsync(string host, string serial, Func<string, X509Certificate2> issue)
    {
        Require(host, serial);
        using var certificate = issue(host);
        Hosts[host].Add(Trust.SerialOf(certificate));
        return Task.FromResult(RenewedWith ?? certificate.RawData);
    }

    /// <summary>Tells the agent that is connected, and those to come.</summary>
    internal void TellServers(params Uri[] servers)
    {
        Servers = [.. servers];
        Interlocked.Exchange(ref _serversChanged, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).SetResult();
    }

    private Task<long> TakeAsync(string host, AgentStatus status) => IsOutOfOrder ? Task.FromException<long>(new IOException("no database")) : Task.FromResult(0L);

    /// <summary>What this server shows and trusts.</summary>
    internal ListenerIdentity Identity { get; private set; } = null!;

    private Task<Answer> AskAsync(string host, Question question, CancellationToken cancellation) =>
        _agents.TryGetValue(host, out var agent) ? agent.AskAsync(question, cancellation) : throw new AgentGoneException($"the agent of the host {host} is not connected here");

    /// <summary>Completes when an agent has been let in.</summary>
    internal TaskCompletionSource Admitted { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private Task AdmitAsync(string host, string serial)
    {
        Require(host, serial);
        Admitted.TrySetResult();
        return Task.CompletedTask;
    }

    private void Require(string host, string serial)
    {
        if (!Hosts.TryGetValue(host, out var serials) || !serials.Contains(serial))
        {
            throw new NotAdmittedException($"the host {host} is revoked");
        }
    }

    private (IDisposable Connection, Task<string> Ended) Connect(string host, IAgent agent, long generation)
    {
        Ended = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        _agents[host] = (RemoteAgent)agent;
        Assert.True(_connected.Writer.TryWrite((host, agent)));
        return (new CancellationTokenSource(), Ended.Task);
    }
}
