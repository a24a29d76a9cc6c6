using System.Collections.Immutable;
using Portlight.AgentProtocol;
using Portlight.AgentStream.Wire;
using Portlight.Domain;

namespace Portlight.AgentStream.Server;

/// <summary>The questions to an agent as messages, and its answers read, by whichever way they are carried.</summary>
/// <param name="host">Its host.</param>
/// <param name="carry">Carries a question to it.</param>
/// <param name="fault">Told when it answers what it must not.</param>
internal sealed class AskedAgent(string host, Func<Question, CancellationToken, Task<Answer>> carry, Action<string> fault)
{
    internal Task<AttachmentFacts> InspectAsync(Attachment attachment, CancellationToken cancellationToken) => AskAsync(
        new Question { Inspect = new Question.Types.Inspect { Place = States.Write(attachment) } }, answer => answer.Facts is { } facts ? FactMessages.Read(facts) : null, cancellationToken);

    internal Task<Discovery> DiscoverAsync(CancellationToken cancellationToken) => AskAsync(
        new Question { Discover = new Question.Types.Discover() }, answer => answer.Guests is { } guests ? GuestMessages.Read(guests) : null, cancellationToken);

    internal async Task<ImmutableArray<InboundConnection>> FindSshSessionsAsync(CancellationToken cancellationToken) =>
        [.. await AskAsync(new Question { SshSessions = new Question.Types.SshSessions() }, answer => answer.SshSessions?.All.Select(FactMessages.Read).ToList(), cancellationToken).ConfigureAwait(false)];

    internal Task<PacketVerdict> AskKernelAsync(long index, PortKey packet, Cidr source, CancellationToken cancellationToken) => AskAsync(
        VerdictMessages.Asking(index, packet, source), answer => answer.Verdict is { } verdict ? VerdictMessages.Read(verdict) : null, cancellationToken);

    internal Task<TrackedConnections> ListConnectionsAsync(long index, int most, CancellationToken cancellationToken) => AskAsync(
        ConnectionMessages.Asking(index, most), answer => answer.Tracked is { } tracked ? ConnectionMessages.Read(tracked) : null, cancellationToken);

    internal Task<RefusedSources> ListRefusalsAsync(long index, int most, CancellationToken cancellationToken) => AskAsync(
        RefusalMessages.Asking(index, most), answer => answer.Refused is { } refused ? RefusalMessages.Read(refused) : null, cancellationToken);

    internal Task<RefusedOfMany> ListRefusalsOfManyAsync(IReadOnlyList<long> indexes, int most, CancellationToken cancellationToken) => AskAsync(
        RefusalMessages.Asking(indexes, most), answer => answer.RefusedOfMany is { } refused ? RefusalMessages.Read(refused) : null, cancellationToken);

    internal Task<PortCounts> CountPortsAsync(long index, CancellationToken cancellationToken) => AskAsync(
        PortCountMessages.Asking(index), answer => answer.PortCounts is { } counts ? PortCountMessages.Read(counts) : null, cancellationToken);

    internal Task<TrafficHistory> ReadTrafficAsync(IReadOnlyList<long> indexes, bool withCurves, CancellationToken cancellationToken) => AskAsync(
        TrafficMessages.Asking(indexes, withCurves), answer => answer.Traffic is { } traffic ? TrafficMessages.Read(traffic) : null, cancellationToken);

    private async Task<T> AskAsync<T>(Question question, Func<Answer, T?> read, CancellationToken cancellationToken)
        where T : class
    {
        var answer = await carry(question, cancellationToken).ConfigureAwait(false);
        try
        {
            return read(answer) ?? throw new StreamFaultException("the agent answers another question");
        }
        catch (StreamFaultException wrong)
        {
            fault(wrong.Message);
            throw new AgentException($"the host {host}: {wrong.Message}");
        }
    }
}
