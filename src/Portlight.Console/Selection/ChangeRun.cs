using Portlight.Console.Api;
using Portlight.Console.Live;
using Portlight.Console.Networking;
using Portlight.Wire.PortlightApi;

namespace Portlight.Console.Selection;

/// <summary>One wish about several instances: looked at for all of them, done one after the other, kept or reverted for all that wait for it, undone for all that it was done to.</summary>
/// <param name="words">What is wanted.</param>
/// <param name="lines">An instance each.</param>
public sealed class ChangeRun(string words, IReadOnlyList<InstanceChange> lines)
{
    /// <summary>Each is a question to the kernel of a host and an event of the audit log, and a person has to look at all of them.</summary>
    public const int Most = 500;

    /// <summary>Questions at a time.</summary>
    private const int AtATime = 4;

    /// <summary>How much of the time to confirm is left to the person, at least: what would take more of it is not begun.</summary>
    private static readonly TimeSpan LeftToConfirm = TimeSpan.FromSeconds(30);

    public string Words => words;

    public IReadOnlyList<InstanceChange> Lines => lines;

    /// <summary>Whether something is being asked or done.</summary>
    public bool IsBusy { get; private set; }

    /// <summary>When the first of those that wait to be confirmed is reverted.</summary>
    public DateTimeOffset ConfirmBy { get; private set; }

    /// <summary>How long a person has to confirm all: a minute, and a second for each that is changed before.</summary>
    public TimeSpan ToConfirm => PortChange.ToConfirm + TimeSpan.FromSeconds(Count(ChangeState.Ready));

    public int Count(ChangeState state) => lines.Count(line => line.State == state);

    internal async Task LookAsync(ApiCaller caller, Action changed, CancellationToken cancellation)
    {
        IsBusy = true;
        try
        {
            await EachAtOnceAsync(lines, line => line.LookAsync(caller, cancellation), changed, cancellation);
        }
        finally
        {
            IsBusy = false;
        }
    }

    /// <summary>Whatever becomes of one, the next is tried: each is a wish of its own. What must be confirmed is begun only as long as there is time to confirm it; the rest stays as it is.</summary>
    internal Task ApplyAsync(ApiCaller caller, HowToApply how, TimeProvider clock, Action changed, CancellationToken cancellation)
    {
        ConfirmBy = clock.GetUtcNow() + (how.ConfirmWithin ?? TimeSpan.Zero);
        return EachAsync(
            ChangeState.Ready,
            line => how.ConfirmWithin is null || ConfirmBy - clock.GetUtcNow() > LeftToConfirm ? line.ApplyAsync(caller, how, cancellation) : Task.CompletedTask,
            changed);
    }

    /// <summary>Confirms all that wait for it, each by a connection that is new, or reverts them.</summary>
    internal async Task AnswerAsync(ApiCaller caller, bool isKept, Action changed, CancellationToken cancellation)
    {
        IsBusy = true;
        try
        {
            await EachAtOnceAsync([.. lines.Where(line => line.State == ChangeState.Waits)], line => line.AnswerAsync(caller, isKept, cancellation), changed, cancellation);
        }
        finally
        {
            IsBusy = false;
            changed();
        }
    }

    internal Task UndoAsync(ApiCaller caller, Action changed, CancellationToken cancellation) =>
        EachAsync(ChangeState.Done, line => line.CanBeUndone ? line.UndoAsync(caller, cancellation) : Task.CompletedTask, changed);

    /// <summary>Takes in what has become of those that wait: somebody else may have answered, or nobody in time.</summary>
    internal void Follow(IEnumerable<InstanceView> now)
    {
        var waiting = lines.Where(line => line.State is ChangeState.Doing or ChangeState.Waits).ToDictionary(line => line.Name, StringComparer.Ordinal);
        foreach (var instance in now.Where(instance => waiting.ContainsKey(instance.Name)))
        {
            waiting[instance.Name].Follow(instance);
        }
    }

    /// <summary>What would become of present connections, over all: how many are cut, and whether one is the person's own.</summary>
    public (int Cut, bool IsMine) Connections()
    {
        List<CutByChange> cuts = [.. lines.Where(line => line.State == ChangeState.Ready).Select(line => line.Cut).OfType<CutByChange>()];
        return (cuts.Sum(cut => cut.Cut.Count + cut.FurtherCut), cuts.Exists(cut => cut.CallerIsCut));
    }

    private static Task EachAtOnceAsync(IEnumerable<InstanceChange> some, Func<InstanceChange, Task> act, Action changed, CancellationToken cancellation) =>
        Parallel.ForEachAsync(some, new ParallelOptions { MaxDegreeOfParallelism = AtATime, CancellationToken = cancellation }, async (line, _) =>
        {
            await act(line);
            changed();
        });

    private async Task EachAsync(ChangeState from, Func<InstanceChange, Task> act, Action changed)
    {
        IsBusy = true;
        try
        {
            foreach (var line in lines.Where(line => line.State == from).ToList())
            {
                changed();
                await act(line);
            }
        }
        finally
        {
            IsBusy = false;
            changed();
        }
    }
}
