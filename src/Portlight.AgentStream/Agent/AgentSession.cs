using System.Collections.Frozen;
using Portlight.AgentProtocol;
using Portlight.AgentStream.Wire;
using Portlight.Domain;

namespace Portlight.AgentStream.Agent;

/// <summary>The agent's end of one connection to a server: says hello, does what it is told, answers, tells of drift.</summary>
public sealed class AgentSession : IDisposable
{
    private const int MaxQuestions = 32;

    /// <summary>
    /// How long a server may take to say that a change of this machine's own ports is to be kept. Then it is asked over another connection: one that was begun before this machine
    /// was attached gets no replies any more (docs/ruleset.md).
    /// </summary>
    internal static readonly TimeSpan KeepPatience = TimeSpan.FromSeconds(1);

    private readonly KeptAgent _agent;
    private readonly string _release;
    private readonly TimeProvider _clock;
    private readonly MessageWriter<FromAgent> _writer;
    private readonly CancellationTokenSource _ending = new();
    private readonly RoundParts _parts = new();
    private readonly HashSet<Task> _answers = [];
    private FrozenSet<string> _kinds = [];
    private ulong _guarded;
    private ITimer? _unanswered;
    private volatile bool _isCutOff;

    /// <summary>Called when the server says where all servers are, while this machine is connected.</summary>
    public Action<IReadOnlyList<string>> ServersTold { get; init; } = _ => { };

    /// <summary>Which start of this program it is; servers are told.</summary>
    public string Run { get; init; } = "";

    /// <param name="agent">The agent of this machine.</param>
    /// <param name="release">Of this build, as servers are told.</param>
    /// <param name="write">Writes a message to the stream; it is not called while it runs.</param>
    /// <param name="clock">The time.</param>
    public AgentSession(KeptAgent agent, string release, Func<FromAgent, CancellationToken, Task> write, TimeProvider clock)
    {
        (_agent, _release, _clock) = (agent, release, clock);
        _writer = new MessageWriter<FromAgent>(write, _ending.Token);
    }

    /// <summary>Runs the session until the stream ends.</summary>
    /// <param name="messages">What the server sends.</param>
    /// <param name="welcomed">Called when the server has answered; this machine is connected then.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="StreamFaultException">The server has sent what it must not.</exception>
    public async Task RunAsync(IAsyncEnumerable<FromServer> messages, Action<Welcome> welcomed, CancellationToken cancellationToken)
    {
        using var linked = cancellationToken.Register(_ending.Cancel);
        var isWelcome = false;
        try
        {
            await SendAsync(new FromAgent { Hello = Hello() }).ConfigureAwait(false);
            await foreach (var message in messages.WithCancellation(_ending.Token).ConfigureAwait(false))
            {
                if (!isWelcome)
                {
                    await TakeWelcomeAsync(message.Welcome ?? throw new StreamFaultException("the first message of a server is its welcome")).ConfigureAwait(false);
                    welcomed(message.Welcome);
                    isWelcome = true;
                }
                else
                {
                    await ReadAsync(message).ConfigureAwait(false);
                }
            }
        }
        catch (OperationCanceledException) when (_isCutOff)
        {
            throw new StreamFaultException("since this machine's own ports were changed the server does not answer on this connection; connecting anew");
        }
        finally
        {
            if (_unanswered is { } cuttingOff)
            {
                await cuttingOff.DisposeAsync().ConfigureAwait(false); // which waits for one that is running
            }

            _agent.TellDrift(null);
            await _ending.CancelAsync().ConfigureAwait(false);
            await Task.WhenAll(_answers).ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default).ConfigureAwait(false);
        }
    }

    public void Dispose() => _ending.Dispose();

    private Hello Hello() => new()
    {
        Version = Kinds.Version,
        Kinds = { Kinds.OfAgent },
        Release = _release,
        Clock = _clock.GetUtcNow().ToUnixTimeMilliseconds(),
        Position = _agent.Kept.Position,
        Digest = _agent.Kept.Digest,
        Status = Reports.Write(_agent.Status),
        Run = Run,
    };

    private async Task TakeWelcomeAsync(Welcome welcome)
    {
        if (welcome.Version != Kinds.Version)
        {
            throw new StreamFaultException($"the server speaks version {welcome.Version} of the protocol and this agent version {Kinds.Version}: upgrade the older of the two");
        }

        _kinds = welcome.Kinds.ToFrozenSet(StringComparer.Ordinal);
        await _agent.ReachedAsync().ConfigureAwait(false);
        _agent.TellDrift(TellDriftAsync);
    }

    private async Task ReadAsync(FromServer message)
    {
        switch (message.KindCase)
        {
            case FromServer.KindOneofCase.Round:
                if (_parts.Take(message.Round) is { } round)
                {
                    await ApplyAsync(round).ConfigureAwait(false);
                }

                break;
            case FromServer.KindOneofCase.Keep:
                if (message.Keep.Id != _guarded || _guarded == 0)
                {
                    throw new StreamFaultException("the server says to keep what it was not asked for");
                }

                _guarded = 0;
                _unanswered?.Dispose();
                await _agent.ReachedAsync().ConfigureAwait(false);
                await SendAsync(new FromAgent { Kept = new Kept { Id = message.Keep.Id } }).ConfigureAwait(false);
                break;
            case FromServer.KindOneofCase.Servers:
                ServersTold(message.Servers.Addresses);
                break;
            case FromServer.KindOneofCase.Question:
                _answers.RemoveWhere(answer => answer.IsCompleted);
                if (_answers.Count >= MaxQuestions)
                {
                    throw new StreamFaultException($"the server asks more than {MaxQuestions} questions at a time");
                }

                _answers.Add(Task.Run(() => AnswerAsync(message.Question), CancellationToken.None));
                break;
            default:
                throw new StreamFaultException("the server has sent a kind of message that this agent does not know, or its welcome twice");
        }
    }

    private async Task ApplyAsync(Round round)
    {
        // Not in Done, which is sent for all alike.
        if (round.Kind == Round.Types.Kind.Same && !round.Digest.Equals(_agent.Kept.Digest))
        {
            await DoneAsync(new Done { Id = round.Id, Unknown = true }).ConfigureAwait(false);
            return;
        }

        IReadOnlyList<Report> reports;
        bool isGuarded;
        try
        {
            (reports, isGuarded) = await _agent.ApplyAsync(round, _kinds.Contains(Kinds.Guard), _ending.Token).ConfigureAwait(false);
        }
        catch (AgentException failure)
        {
            await DoneAsync(new Done { Id = round.Id, Failure = failure.Message }).ConfigureAwait(false);
            return;
        }

        _guarded = isGuarded ? round.Id : 0;
        foreach (var (items, isLast) in Parts.Of(reports))
        {
            var part = new Done { Id = round.Id, Reports = { items }, More = !isLast };
            if (isLast)
            {
                part.Guarded = isGuarded;
                await DoneAsync(part).ConfigureAwait(false);
                if (isGuarded)
                {
                    _unanswered = _clock.CreateTimer(_ => CutOff(), null, KeepPatience, Timeout.InfiniteTimeSpan);
                }
            }
            else
            {
                await SendAsync(new FromAgent { Done = part }).ConfigureAwait(false);
            }
        }
    }

    private void CutOff()
    {
        if (_guarded != 0)
        {
            _isCutOff = true;
            _ending.Cancel();
        }
    }

    private Task DoneAsync(Done last)
    {
        (last.Position, last.Digest, last.Status) = (_agent.Kept.Position, _agent.Kept.Digest, Reports.Write(_agent.Status));
        return SendAsync(new FromAgent { Done = last });
    }

    private async Task TellDriftAsync()
    {
        try
        {
            await SendAsync(new FromAgent { Status = Reports.Write(_agent.Status) }).ConfigureAwait(false);
            await SendAsync(new FromAgent { Drift = new Drift() }).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is OperationCanceledException or IOException or InvalidOperationException or Grpc.Core.RpcException)
        {
            // Nobody is there any more, and the comparison is this machine's own business again.
            throw new AgentException("the server went away before it could be told of drift", exception);
        }
    }

    private async Task AnswerAsync(Question question)
    {
        var answer = new Answer { Id = question.Id };
        try
        {
            await AnswerAsync(question, answer).ConfigureAwait(false);
        }
        catch (Exception problem) when (problem is not OperationCanceledException)
        {
            // Whatever it was: the server is told at once, where it would wait for an answer that never comes.
            answer.Failure = problem.Message.Length > 0 ? problem.Message : "the machine cannot be asked";
        }

        await SendAsync(new FromAgent { Answer = answer }).ConfigureAwait(false);
    }

    private async Task AnswerAsync(Question question, Answer answer)
    {
        var agent = _agent.Agent;
        switch (question.KindCase)
        {
            case Question.KindOneofCase.Inspect:
                answer.Facts = FactMessages.Write(await agent.InspectAsync(States.ReadAttachment(question.Inspect.Place ?? new State()), _ending.Token).ConfigureAwait(false));
                break;
            case Question.KindOneofCase.SshSessions:
                var sessions = await agent.FindSshSessionsAsync(_ending.Token).ConfigureAwait(false);
                answer.SshSessions = new Answer.Types.Connections { All = { sessions.Select(FactMessages.Write) } };
                break;
            case Question.KindOneofCase.Discover:
                answer.Guests = GuestMessages.Write(await agent.DiscoverAsync(_ending.Token).ConfigureAwait(false));
                break;
            case Question.KindOneofCase.Connections:
                answer.Tracked = ConnectionMessages.Write(await agent.ListConnectionsAsync(question.Connections.Index, Math.Clamp(question.Connections.Most, 0, ConnectionMessages.Most), _ending.Token).ConfigureAwait(false));
                break;
            case Question.KindOneofCase.Refusals:
                answer.Refused = RefusalMessages.Write(await agent.ListRefusalsAsync(question.Refusals.Index, Math.Clamp(question.Refusals.Most, 0, RefusalMessages.Most), _ending.Token).ConfigureAwait(false));
                break;
            case Question.KindOneofCase.RefusalsOfMany:
                answer.RefusedOfMany = RefusalMessages.Write(await agent.ListRefusalsOfManyAsync(question.RefusalsOfMany.Indexes, Math.Clamp(question.RefusalsOfMany.Most, 0, RefusalMessages.Most), _ending.Token).ConfigureAwait(false));
                break;
            case Question.KindOneofCase.Traffic:
                answer.Traffic = TrafficMessages.Write(await agent.ReadTrafficAsync(question.Traffic.Indexes, question.Traffic.Curves, _ending.Token).ConfigureAwait(false));
                break;
            case Question.KindOneofCase.PortCounts:
                answer.PortCounts = PortCountMessages.Write(await agent.CountPortsAsync(question.PortCounts.Index, _ending.Token).ConfigureAwait(false));
                break;
            case Question.KindOneofCase.AskKernel:
                var asked = question.AskKernel;
                var packet = NetworkProtocolText.TryParse(asked.Protocol, out var protocol) ? new PortKey(protocol, asked.From, asked.To) : throw new StreamFaultException("a packet is of a protocol that is not known");
                var verdict = await agent.AskKernelAsync(asked.Index, packet, Blocks.ReadBlock(asked.Source), _ending.Token).ConfigureAwait(false);
                answer.Verdict = new Answer.Types.Verdict { IsFiltered = verdict.IsFiltered, Sets = { verdict.Sets } };
                break;
            default:
                throw new StreamFaultException("this agent does not know the question: upgrade it");
        }
    }

    private Task SendAsync(FromAgent message) => _writer.SendAsync(message, CancellationToken.None);
}
