using Google.Protobuf;
using Portlight.AgentProtocol;
using Portlight.AgentStream.Wire;

namespace Portlight.AgentStream.Server;

/// <summary>A round that was sent and waits for its reports: exactly one for each instance, at the revision that was sent, and the position when all are there.</summary>
internal sealed class OpenRound(ulong id, Position position, IReadOnlyList<Desired> sent)
{
    private readonly Dictionary<long, long> _open = sent.ToDictionary(one => one.Index, one => one.Revision);
    private readonly List<AgentReport> _reports = new(sent.Count);
    private Done? _last;
    private readonly TaskCompletionSource<Done> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

    internal ulong Id => id;

    internal IReadOnlyList<AgentReport> Reports => _reports;

    /// <summary>The last part of what became of it.</summary>
    internal Task<Done> Task => _done.Task;

    /// <summary>A keep was sent for it, which the agent has to answer.</summary>
    internal bool IsKept { get; private set; }

    /// <summary>What is to be sent.</summary>
    /// <param name="kind">Of <c>SAME</c>, the instances themselves are not sent.</param>
    /// <param name="removed">What is to go.</param>
    /// <param name="inForce">Digest of what the agent is believed to hold.</param>
    /// <param name="clock">The server's, in milliseconds since 1970.</param>
    internal IEnumerable<FromServer> Messages(Round.Types.Kind kind, IReadOnlyList<long> removed, ByteString inForce, long clock)
    {
        foreach (var (items, isLast) in Parts.Of(kind == Round.Types.Kind.Same ? [] : sent))
        {
            var part = new Round { Id = id, Kind = kind, Changed = { items }, More = !isLast, Clock = clock };
            if (isLast)
            {
                part.Removed.AddRange(removed);
                part.Position = position;
                part.Digest = kind == Round.Types.Kind.Same ? inForce : ByteString.Empty;
            }

            yield return new FromServer { Round = part };
        }
    }

    /// <summary>Takes a part. True: it was the last, and the round is guarded.</summary>
    /// <exception cref="StreamFaultException">It is not the answer to what was sent.</exception>
    internal bool Take(Done part)
    {
        if (IsKept)
        {
            throw new StreamFaultException($"round {id} was reported twice");
        }

        foreach (var report in part.Reports)
        {
            if (!_open.Remove(report.Index, out var revision) || revision != report.Revision)
            {
                throw new StreamFaultException($"the agent reports revision {report.Revision} of instance {report.Index}, which it was not sent or has reported already");
            }

            _reports.Add(Wire.Reports.Read(report));
        }

        if (part.More)
        {
            return false;
        }

        if (part.Failure.Length == 0 && !part.Unknown)
        {
            if (_open.Count > 0)
            {
                throw new StreamFaultException($"the agent says nothing of {_open.Count} instances that it was sent");
            }

            if (!position.Equals(part.Position))
            {
                throw new StreamFaultException($"the agent says that it is at {part.Position?.Revision} of {AgentText.Read(part.Position?.Epoch ?? "")}, where it was not sent to");
            }
        }

        IsKept = part.Guarded;
        if (!part.Guarded)
        {
            _done.TrySetResult(part);
        }

        _last = part;
        return part.Guarded;
    }

    /// <summary>The agent will not revert it.</summary>
    /// <exception cref="StreamFaultException">No keep was sent.</exception>
    internal void Take(Kept kept)
    {
        if (!IsKept || kept.Id != id || !_done.TrySetResult(_last!))
        {
            throw new StreamFaultException("the agent keeps what it was not asked to");
        }
    }

    internal void Fail(Exception reason) => _done.TrySetException(reason);
}
