using System.Collections.Immutable;
using System.Net;
using System.Threading.Channels;
using Portlight.AgentProtocol;
using Portlight.Domain;

namespace Portlight.AgentStream.Tests;

/// <summary>An agent without a kernel that remembers what it was told, refuses what a test says, and drifts when a test says so.</summary>
internal sealed class TrialAgent(TimeProvider clock) : IAgent
{
    private readonly Channel<bool> _drift = Channel.CreateBounded<bool>(1);

    /// <summary>Each call: <c>all</c> or <c>change</c> with what was wanted, and what was removed.</summary>
    internal List<string> Calls { get; } = [];

    internal Dictionary<long, DesiredInstance> InForce { get; } = [];

    /// <summary>Why an index is refused.</summary>
    internal Dictionary<long, string> Refusals { get; } = [];

    /// <summary>Why nothing can be done at all.</summary>
    internal string? Broken { get; set; }

    /// <summary>Called before a round is done.</summary>
    internal Func<CancellationToken, Task> Delay { get; set; } = _ => Task.CompletedTask;

    internal AttachmentFacts Facts { get; set; } = new(null, []);

    public AgentStatus Status { get; set; } = new(Enforces: false, "cut", 0, null, null) { KernelRelease = "6.18.0" };

    public async Task<IReadOnlyList<AgentReport>> SynchroniseAsync(IReadOnlyList<DesiredInstance> all, CancellationToken cancellationToken)
    {
        Calls.Add($"all {Text(all)}");
        await Begin(cancellationToken);
        foreach (var gone in InForce.Keys.Except(all.Select(one => one.Index)).ToList())
        {
            InForce.Remove(gone);
        }

        Status = Status with { LastSynchronised = clock.GetUtcNow() };
        return [.. all.Select(Take)];
    }

    public async Task<IReadOnlyList<AgentReport>> ApplyAsync(IReadOnlyList<DesiredInstance> changed, IReadOnlyList<long> removed, CancellationToken cancellationToken)
    {
        Calls.Add($"change {Text(changed)}{string.Concat(removed.Select(index => $" -{index}"))}");
        await Begin(cancellationToken);
        foreach (var index in removed)
        {
            InForce.Remove(index);
        }

        return [.. changed.Select(Take)];
    }

    public Task<AttachmentFacts> InspectAsync(Attachment attachment, CancellationToken cancellationToken)
    {
        Calls.Add($"inspect {attachment}");
        return Task.FromResult(Facts);
    }

    internal Discovery Guests { get; set; } = new([], []);

    public Task<Discovery> DiscoverAsync(CancellationToken cancellationToken) => Task.FromResult(Guests);

    public Task<ImmutableArray<InboundConnection>> FindSshSessionsAsync(CancellationToken cancellationToken) => Task.FromResult(Facts.Inbound);

    public Task<PacketVerdict> AskKernelAsync(long index, PortKey packet, Cidr source, CancellationToken cancellationToken) => InForce.ContainsKey(index)
        ? Task.FromResult(new PacketVerdict(true, [$"{packet} {source}"]))
        : Task.FromException<PacketVerdict>(new AgentException("no such instance"));

    internal TrackedConnections Tracked { get; set; } = new([], 0);

    public Task<TrackedConnections> ListConnectionsAsync(long index, int most, CancellationToken cancellationToken) =>
        Task.FromResult(new TrackedConnections([.. Tracked.Some.Take(most)], Tracked.Total));

    internal RefusedSources Refused { get; set; } = new(0, 0, [], 0);

    public Task<RefusedSources> ListRefusalsAsync(long index, int most, CancellationToken cancellationToken) => Task.FromResult(Refused with { Some = [.. Refused.Some.Take(most)] });

    /// <summary>What was refused to some instances, and the last question about it.</summary>
    internal RefusedOfMany RefusedOfMany { get; set; } = new(0, [], 0);

    internal IReadOnlyList<long> AskedAbout { get; private set; } = [];

    public Task<RefusedOfMany> ListRefusalsOfManyAsync(IReadOnlyList<long> indexes, int most, CancellationToken cancellationToken)
    {
        AskedAbout = indexes;
        return Task.FromResult(RefusedOfMany with { Some = [.. RefusedOfMany.Some.Take(most)] });
    }

    internal PortCounts Counts { get; set; } = new(false, [], 0, 0);

    public Task<PortCounts> CountPortsAsync(long index, CancellationToken cancellationToken) => Task.FromResult(Counts);

    /// <summary>What it remembers, and whether curves were asked for.</summary>
    internal Func<IReadOnlyList<long>, bool, TrafficHistory> Traffic { get; set; } = (_, _) => new(false, DateTimeOffset.UnixEpoch, [], 0);

    public Task<TrafficHistory> ReadTrafficAsync(IReadOnlyList<long> indexes, bool withCurves, CancellationToken cancellationToken) => Task.FromResult(Traffic(indexes, withCurves));

    public async Task DriftAsync(CancellationToken cancellationToken) => await _drift.Reader.ReadAsync(cancellationToken);

    internal void Drift() => Assert.True(_drift.Writer.TryWrite(true));

    private async Task Begin(CancellationToken cancellationToken)
    {
        await Delay(cancellationToken);
        if (Broken is { } reason)
        {
            throw new AgentException(reason);
        }
    }

    private AgentReport Take(DesiredInstance wanted)
    {
        if (Refusals.TryGetValue(wanted.Index, out var reason))
        {
            return new AgentReport.Rejected(wanted.Index, wanted.Revision, reason, InForce.GetValueOrDefault(wanted.Index));
        }

        InForce[wanted.Index] = wanted;
        return new AgentReport.Applied(wanted.Index, wanted.Revision);
    }

    private static string Text(IEnumerable<DesiredInstance> all) => string.Join(' ', all.Select(one => $"{one.Index}@{one.Revision}"));
}

/// <summary>Instances to send.</summary>
internal static class Wanted
{
    private static readonly PortRule Https = new(new PortKey(NetworkProtocol.Tcp, 443, 443), [Cidr.AnyIpv4], [Cidr.AnyIpv6], []);

    internal static DesiredInstance Lab(long index, long revision) => new()
    {
        Index = index,
        Revision = revision,
        Attachment = new Attachment.Lab(),
        Ports = PortSet.Of(Https),
        IsRunning = true,
        NamespaceName = $"pl-web-{index}",
        PublicAddresses = [new IPAddress([203, 0, 113, (byte)index])],
    };

    internal static DesiredInstance Machine(long index, long revision, params int[] ports) => new()
    {
        Index = index,
        Revision = revision,
        Attachment = new Attachment.ThisHost([], []),
        Ports = PortSet.Of(ports.Select(port => PortRule.FromEverywhere(new PortKey(NetworkProtocol.Tcp, port, port)))),
        IsRunning = true,
    };
}
