namespace Portlight.Storage;

/// <summary>
/// Where writes line up that have been too late: for a set once, for it is read as it is durable, so only one of them goes through with each commit; for a row several times.
/// What they are too late for is kept for the first of the line (<see cref="CommitOrder.Reserve"/>).
/// </summary>
internal sealed class Lines
{
    private readonly Lock _gate = new();
    private readonly Dictionary<Subject, Line> _lines = [];

    /// <summary>Returns when those who came before are through.</summary>
    public async Task EnterAsync(Subject subject, CancellationToken cancellationToken)
    {
        Line line;
        lock (_gate)
        {
            if (!_lines.TryGetValue(subject, out line!))
            {
                _lines[subject] = line = new Line();
            }

            line.Standing++;
        }

        try
        {
            await line.Turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            Step(subject, line);
            throw;
        }
    }

    public void Leave(Subject subject)
    {
        Line line;
        lock (_gate)
        {
            line = _lines[subject];
        }

        line.Turn.Release();
        Step(subject, line);
    }

    private void Step(Subject subject, Line line)
    {
        lock (_gate)
        {
            if (--line.Standing == 0)
            {
                _lines.Remove(subject);
            }
        }
    }

#pragma warning disable CA1001 // The semaphore never makes its wait handle.
    private sealed class Line
    {
        public SemaphoreSlim Turn { get; } = new(1, 1);

        public int Standing { get; set; }
    }
#pragma warning restore CA1001
}
