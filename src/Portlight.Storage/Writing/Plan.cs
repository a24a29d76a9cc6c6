namespace Portlight.Storage;

/// <summary>One attempt at a write: what it has read, with versions, and what it changes.</summary>
internal sealed class Plan
{
    private readonly List<Rest> _rests = new(4);

    /// <param name="committed">What is durable.</param>
    /// <param name="order">Where the plan will get its place.</param>
    /// <param name="numbers">Numbers for instances that earlier attempts at the same write were given.</param>
    /// <param name="hasReservation">Whether a set is kept for the write.</param>
    public Plan(IStoreView committed, CommitOrder order, IndexNumbers numbers, bool hasReservation)
    {
        HasReservation = hasReservation;
        View = new PlanView(committed, order, this);
        Numbers = numbers;
        numbers.Restart();
        Changes = new Changes(View, numbers.Next);
    }

    public bool HasReservation { get; }

    public PlanView View { get; }

    public Changes Changes { get; }

    public IndexNumbers Numbers { get; }

    public List<Rest> Rests => _rests;

    /// <summary>The newest write that it has seen and that was not durable then; 0 for none.</summary>
    public long SeenOnItsWay { get; private set; }

    /// <summary>Its place in the order of writes; 0 before it has one.</summary>
    public long Place { get; set; }

    public Revisions Revisions { get; set; }

    public void Note(in Rest rest)
    {
        _rests.Add(rest);
        if (!rest.IsDurable)
        {
            SeenOnItsWay = Math.Max(SeenOnItsWay, rest.Version);
        }
    }
}

/// <summary>Numbers for new instances, the same for every attempt at one write.</summary>
internal sealed class IndexNumbers(CommitOrder order)
{
    private readonly List<long> _given = [];
    private int _next;
    private int _era = order.IndexEra;

    /// <summary>Whether the attempt has used a number that another store may have given out too.</summary>
    public bool AreStale => _next > 0 && _era != order.IndexEra;

    public void Restart()
    {
        _next = 0;
        if (_era != order.IndexEra)
        {
            _era = order.IndexEra;
            _given.Clear();
        }
    }

    public long Next()
    {
        if (_next == _given.Count)
        {
            _given.Add(order.NextIndex());
        }

        return _given[_next++];
    }
}
