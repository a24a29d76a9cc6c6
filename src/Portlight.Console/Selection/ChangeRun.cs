using Portlight.Console.Api;
using Portlight.Wire.PortlightApi;

namespace Portlight.Console.Selection;

/// <summary>One wish about several instances: looked at for all of them, done one after the other, undone for all that it was done to.</summary>
/// <param name="words">What is wanted.</param>
/// <param name="lines">An instance each.</param>
public sealed class ChangeRun(string words, IReadOnlyList<InstanceChange> lines)
{
    /// <summary>Each is a question to the kernel of a host and an event of the audit log, and a person has to look at all of them.</summary>
    public const int Most = 500;

    /// <summary>Questions at a time.</summary>
    private const int AtATime = 4;

    public string Words => words;

    public IReadOnlyList<InstanceChange> Lines => lines;

    /// <summary>Whether something is being asked or done.</summary>
    public bool IsBusy { get; private set; }

    public int Count(ChangeState state) => lines.Count(line => line.State == state);

    internal async Task LookAsync(ApiCaller caller, Action changed, CancellationToken cancellation)
    {
        IsBusy = true;
        try
        {
            await Parallel.ForEachAsync(lines, new ParallelOptions { MaxDegreeOfParallelism = AtATime, CancellationToken = cancellation }, async (line, end) =>
            {
                await line.LookAsync(caller, end);
                changed();
            });
        }
        finally
        {
            IsBusy = false;
        }
    }

    /// <summary>Whatever becomes of one, the next is tried: each is a wish of its own.</summary>
    internal Task ApplyAsync(ApiCaller caller, string? reason, Action changed, CancellationToken cancellation) =>
        EachAsync(ChangeState.Ready, line => line.ApplyAsync(caller, reason, cancellation), changed);

    internal Task UndoAsync(ApiCaller caller, Action changed, CancellationToken cancellation) =>
        EachAsync(ChangeState.Done, line => line.UndoAsync(caller, cancellation), changed);

    /// <summary>What would become of present connections, over all: how many are cut, and whether one is the person's own.</summary>
    public (int Cut, bool IsMine) Connections()
    {
        List<CutByChange> cuts = [.. lines.Where(line => line.State == ChangeState.Ready).Select(line => line.Cut).OfType<CutByChange>()];
        return (cuts.Sum(cut => cut.Cut.Count + cut.FurtherCut), cuts.Exists(cut => cut.CallerIsCut));
    }

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
