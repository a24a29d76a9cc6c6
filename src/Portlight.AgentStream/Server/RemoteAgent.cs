using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Threading.Channels;
using Google.Protobuf;
using Portlight.AgentProtocol;
using Portlight.AgentStream.Wire;
using Portlight.Domain;

namespace Portlight.AgentStream.Server;

/// <summary>
/// An agent at the end of a stream, as the server's loops call it. One round is under way at a time, so nothing queues up here: what is committed meanwhile is joined by the
/// loop, newest of each instance, into the next one. The end of the stream ends it for good, and the agent that comes again is another one.
/// </summary>
[SuppressMessage("Design", "CA1001", Justification = "Neither the semaphore nor the source of tokens has a wait handle or a timer, and calls may come after the end.")]
public sealed class RemoteAgent : IAgent
{
    /// <summary>What an agent says of which start it is, is kept and shown to other servers: no more than that.</summary>
    private const int LongestRun = 64;

    private readonly string _host;
    private readonly string? _run;
    private readonly string? _address;
    private readonly MessageWriter<FromServer> _writer;
    private readonly RemoteAgentOptions _options;
    private readonly TimeProvider _clock;
    private readonly IReadOnlySet<string> _kinds;
    private readonly Questions _questions;
    private readonly AskedAgent _asked;
    private readonly SemaphoreSlim _turn = new(1);
    private readonly Channel<bool> _drift = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly TaskCompletionSource<string> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _ending = new();
    private volatile AgentStatus _status;
    private volatile OpenRound? _round;
    private ByteString _inForce;
    private ulong _rounds;
    private long _revision;

    /// <param name="host">Its name, which its certificate has shown.</param>
    /// <param name="hello">The first message of the stream.</param>
    /// <param name="write">Writes a message to the stream; it is not called while it runs.</param>
    /// <param name="options">How long to wait.</param>
    /// <param name="clock">The time.</param>
    /// <exception cref="StreamFaultException">It cannot be talked to.</exception>
    public RemoteAgent(string host, FromAgent hello, Func<FromServer, CancellationToken, Task> write, RemoteAgentOptions options, TimeProvider clock)
    {
        if (hello.Hello is not { } first)
        {
            throw new StreamFaultException("the first message of an agent is its hello");
        }

        if (first.Version != Kinds.Version)
        {
            throw new StreamFaultException($"the agent speaks version {first.Version} of the protocol and this server version {Kinds.Version}: upgrade the older of the two");
        }

        (_host, _writer, _options, _clock) = (host, new MessageWriter<FromServer>(write, _ending.Token), options, clock);
        (_kinds, Release) = (Kinds.KnownOf(first.Kinds), AgentText.Read(first.Release));
        ClockAhead = DateTimeOffset.FromUnixTimeMilliseconds(Math.Clamp(first.Clock, 0, 253402300799999)) - clock.GetUtcNow();
        _run = first.Run is { Length: > 0 and <= LongestRun } run ? run : null;
        (_status, _inForce) = (Said(first.Status), first.Digest);
        _questions = new Questions(host, SendAsync, options.QuestionPatience, clock);
        _asked = new AskedAgent(host, AskAsync, End);
    }

    public AgentStatus Status => _status;

    /// <summary>The build that it is, as it says itself.</summary>
    public string Release { get; }

    /// <summary>Where the stream comes from.</summary>
    public string? Address
    {
        get => _address;
        init
        {
            _address = value;
            _status = _status with { Address = value };
        }
    }

    /// <summary>How far its clock was ahead of the server's when it connected.</summary>
    public TimeSpan ClockAhead { get; }

    /// <summary>Completes when the stream is of no use any more, with the reason. The stream is to be closed then.</summary>
    public Task<string> Ended => _ended.Task;

    /// <summary>Answers the hello.</summary>
    /// <param name="authorities">Certificates of the authorities that the agent is to trust, in DER.</param>
    /// <param name="servers">Where agents reach all servers; none where the agent is to go by what it knows.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    public Task WelcomeAsync(IEnumerable<byte[]> authorities, IEnumerable<Uri> servers, CancellationToken cancellationToken)
    {
        var welcome = new Welcome { Version = Kinds.Version, Kinds = { Kinds.OfServer }, Release = _options.Release, Clock = _clock.GetUtcNow().ToUnixTimeMilliseconds(), Host = _host, Authorities = { authorities.Select(authority => ByteString.CopyFrom(authority)) }, Servers = { servers.Select(server => server.OriginalString) } };
        return SendAsync(new FromServer { Welcome = welcome }, cancellationToken);
    }

    /// <summary>Says that the servers are others than before.</summary>
    public Task TellServersAsync(IEnumerable<Uri> servers, CancellationToken cancellationToken) => _kinds.Contains(Kinds.Servers)
        ? SendAsync(new FromServer { Servers = new Wire.Servers { Addresses = { servers.Select(server => server.OriginalString) } } }, cancellationToken)
        : Task.CompletedTask;

    /// <summary>A message has come. What the agent must not send ends the stream.</summary>
    public void Take(FromAgent message)
    {
        try
        {
            Read(message);
        }
        catch (StreamFaultException fault)
        {
            End(fault.Message);
        }
    }

    /// <summary>Ends it: whatever waits fails with this reason. The first reason counts.</summary>
    public void End(string reason)
    {
        if (_ended.TrySetResult(reason))
        {
            var failure = Fault(reason);
            _round?.Fail(failure);
            _questions.End(failure);
            _ending.Cancel();
        }
    }

    public Task<IReadOnlyList<AgentReport>> SynchroniseAsync(IReadOnlyList<DesiredInstance> all, CancellationToken cancellationToken) => InTurnAsync(
        async desired =>
            (_kinds.Contains(Kinds.Same) && SetDigest.Of(desired).Equals(_inForce) ? await RoundAsync(Round.Types.Kind.Same, desired, [], cancellationToken).ConfigureAwait(false) : null)
            ?? await RoundAsync(Round.Types.Kind.Snapshot, desired, [], cancellationToken).ConfigureAwait(false),
        all,
        cancellationToken);

    public Task<IReadOnlyList<AgentReport>> ApplyAsync(IReadOnlyList<DesiredInstance> changed, IReadOnlyList<long> removed, CancellationToken cancellationToken) =>
        InTurnAsync(desired => RoundAsync(Round.Types.Kind.Changes, desired, removed, cancellationToken), changed, cancellationToken);

    public Task<AttachmentFacts> InspectAsync(Attachment attachment, CancellationToken cancellationToken) => _asked.InspectAsync(attachment, cancellationToken);

    public Task<Discovery> DiscoverAsync(CancellationToken cancellationToken) => _asked.DiscoverAsync(cancellationToken);

    public Task<ImmutableArray<InboundConnection>> FindSshSessionsAsync(CancellationToken cancellationToken) => _asked.FindSshSessionsAsync(cancellationToken);

    public Task<PacketVerdict> AskKernelAsync(long index, PortKey packet, Cidr source, CancellationToken cancellationToken) => _asked.AskKernelAsync(index, packet, source, cancellationToken);

    public Task<TrackedConnections> ListConnectionsAsync(long index, int most, CancellationToken cancellationToken) => _asked.ListConnectionsAsync(index, most, cancellationToken);

    public Task<RefusedSources> ListRefusalsAsync(long index, int most, CancellationToken cancellationToken) => _asked.ListRefusalsAsync(index, most, cancellationToken);

    public Task<RefusedOfMany> ListRefusalsOfManyAsync(IReadOnlyList<long> indexes, int most, CancellationToken cancellationToken) => _asked.ListRefusalsOfManyAsync(indexes, most, cancellationToken);

    public Task<PortCounts> CountPortsAsync(long index, CancellationToken cancellationToken) => _asked.CountPortsAsync(index, cancellationToken);

    /// <summary>Carries a question to it, of this server or of another.</summary>
    /// <exception cref="AgentException">It does not know the question, has not answered, or says why it cannot.</exception>
    public Task<Answer> AskAsync(Question question, CancellationToken cancellationToken) => Kinds.Of(question) is var kind && _kinds.Contains(kind)
        ? _questions.AskAsync(question, cancellationToken)
        : throw new AgentException($"the agent of the host {_host} is {Release} and does not know `{kind}`: upgrade it");

    public Task<TrafficHistory> ReadTrafficAsync(IReadOnlyList<long> indexes, bool withCurves, CancellationToken cancellationToken) => _asked.ReadTrafficAsync(indexes, withCurves, cancellationToken);

    public async Task DriftAsync(CancellationToken cancellationToken) => await _drift.Reader.ReadAsync(cancellationToken).ConfigureAwait(false);

    private void Read(FromAgent message)
    {
        switch (message.KindCase)
        {
            case FromAgent.KindOneofCase.Done:
                TakeDone(message.Done);
                break;
            case FromAgent.KindOneofCase.Kept:
                (_round ?? throw new StreamFaultException("the agent keeps what it was not asked to")).Take(message.Kept);
                break;
            case FromAgent.KindOneofCase.Drift:
                _drift.Writer.TryWrite(true);
                break;
            case FromAgent.KindOneofCase.Status:
                _status = Said(message.Status);
                break;
            case FromAgent.KindOneofCase.Answer:
                _questions.Take(message.Answer);
                break;
            default:
                throw new StreamFaultException("the agent has sent a kind of message that this server does not know, or its hello twice");
        }
    }

    private void TakeDone(Done part)
    {
        var round = _round is { } open && open.Id == part.Id ? open : throw new StreamFaultException($"the agent reports round {part.Id}, which is not under way");
        if (!part.More)
        {
            _status = Said(part.Status);
            _inForce = part.Digest;
        }

        if (round.Take(part))
        {
            _ = KeepAsync(round.Id);
        }
    }

    private async Task KeepAsync(ulong round)
    {
        try
        {
            await SendAsync(new FromServer { Keep = new Keep { Id = round } }, _ending.Token).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is AgentException or OperationCanceledException)
        {
            // The stream has ended, and the round with it: the agent reverts what it was not told to keep.
        }
    }

    /// <summary>One round, from its first part to what became of it. Null: the agent holds something else than it was thought to.</summary>
    private async Task<IReadOnlyList<AgentReport>?> RoundAsync(Round.Types.Kind kind, List<Desired> desired, IReadOnlyList<long> removed, CancellationToken cancellationToken)
    {
        _revision = Math.Max(_revision, desired.Count == 0 ? 0 : desired.Max(one => one.Revision));
        var round = new OpenRound(++_rounds, new Position { Epoch = _options.Epoch, Revision = _revision }, desired);
        _round = round;
        using var given = new CancellationTokenSource(_options.RoundPatience, _clock);
        using var called = cancellationToken.UnsafeRegister(static given => ((CancellationTokenSource)given!).Cancel(), given);
        // A write that does not get on is ended with the stream, and by nothing else.
        using var ending = given.Token.Register(GiveUp);
        try
        {
            // What was not ended before is failed by the end that comes now.
            if (_ended.Task.IsCompleted)
            {
                throw Fault(await _ended.Task.ConfigureAwait(false));
            }

            foreach (var part in round.Messages(kind, removed, _inForce, _clock.GetUtcNow().ToUnixTimeMilliseconds()))
            {
                await SendAsync(part, given.Token).ConfigureAwait(false);
            }

            // What gives the round up fails it.
            var done = await round.Task.ConfigureAwait(false);
            return done.Failure.Length > 0 ? throw new AgentException(AgentText.Read(done.Failure)) : done.Unknown ? null : round.Reports;
        }
        catch (Exception exception) when (exception is OperationCanceledException or AgentException && given.IsCancellationRequested)
        {
            GiveUp();
            cancellationToken.ThrowIfCancellationRequested();
            throw Fault(await _ended.Task.ConfigureAwait(false));
        }
        finally
        {
            _round = null;
        }

        void GiveUp() => End(cancellationToken.IsCancellationRequested ? "a round was given up" : $"the agent has not reported a round for {_options.RoundPatience.TotalSeconds:0.#} s");
    }

    private async Task<IReadOnlyList<AgentReport>> InTurnAsync(Func<List<Desired>, Task<IReadOnlyList<AgentReport>?>> round, IReadOnlyList<DesiredInstance> all, CancellationToken cancellationToken)
    {
        var desired = States.Write(all, _host);
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (await round(desired).ConfigureAwait(false) is { } reports)
            {
                return reports;
            }

            const string Reason = "the agent does not know what it was sent in full";
            End(Reason);
            throw Fault(Reason);
        }
        finally
        {
            _turn.Release();
        }
    }

    private async Task SendAsync(FromServer message, CancellationToken cancellationToken)
    {
        try
        {
            await _writer.SendAsync(message, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is not OperationCanceledException || (_ending.IsCancellationRequested && !cancellationToken.IsCancellationRequested))
        {
            End("the stream is broken");
            throw Fault(await _ended.Task.ConfigureAwait(false));
        }
    }

    private AgentStatus Said(Status? status) => Reports.Read(status) with { Version = Release, ClockOffset = ClockAhead, ClosesExpired = _kinds.Contains(Kinds.Expiring), Run = _run, Address = _address };

    private AgentGoneException Fault(string reason) => new($"the host {_host}: {reason}");
}
