using System.Numerics;

namespace Portlight.Cluster.Chaos;

/// <summary>
/// Whether there is an order of acts on one register in which each takes effect between its start and its end, and each that was answered saw what was there. By the search of
/// Wing and Gong with Lowe's memory of what was tried ("Testing for linearizability", 2017).
/// </summary>
internal static class Linearizability
{
    /// <summary>Null when there is such an order; else the act that fits nowhere in the order that got furthest.</summary>
    /// <param name="history">The acts, in any order. A replacement that was refused is none of them.</param>
    /// <param name="initial">What the register holds before them.</param>
    public static Act? FindViolation(IEnumerable<Act> history, int initial)
    {
        var acts = Bounded([.. history.OrderBy(act => act.Start)]);
        var search = new Search(acts, initial);
        return search.Run() ? null : acts[search.Stuck];
    }

    /// <summary>
    /// A write without an answer that nobody saw can be left out: every order with it is one without it, too. One that was seen took effect before the first that saw it had its answer.
    /// </summary>
    private static List<Act> Bounded(List<Act> acts)
    {
        var seen = new Dictionary<int, long>();
        foreach (var act in acts.Where(act => act.Seen is not null && act.End != Act.Unanswered))
        {
            seen[act.Seen!.Value] = Math.Min(act.End, seen.GetValueOrDefault(act.Seen.Value, Act.Unanswered));
        }

        // What was replaced by an unanswered act that was seen itself was there as well: until nothing changes.
        for (var isChanged = true; isChanged;)
        {
            isChanged = false;
            foreach (var act in acts.Where(act => act is { Kind: ActKind.Replace, End: Act.Unanswered } && seen.ContainsKey(act.Value)))
            {
                if (seen[act.Value] < seen.GetValueOrDefault(act.Expected, Act.Unanswered))
                {
                    (seen[act.Expected], isChanged) = (seen[act.Value], true);
                }
            }
        }

        return [.. acts.Where(act => act.End != Act.Unanswered || (act.Writes && seen.ContainsKey(act.Value))).Select(act => act.End != Act.Unanswered ? act : act with { End = seen[act.Value] })];
    }

    /// <summary>Calls and returns in a list from which what has its place in the order is lifted out.</summary>
    private sealed class Search
    {
        private readonly List<Act> _acts;
        private readonly int[] _next;
        private readonly int[] _previous;
        private readonly int[] _callOf;
        private readonly int[] _returnOf;
        private readonly Stack<(int Act, int Before)> _order = new();
        private readonly HashSet<(int First, BigInteger Beyond, int State)> _tried = [];
        private readonly bool[] _isPlaced;
        private int _first;
        private int _state;
        private int _furthest = -1;

        public Search(List<Act> acts, int initial)
        {
            (_acts, _state) = (acts, initial);
            // Node 0 is the head; act n has the nodes of its call and of its return.
            var events = acts.SelectMany((act, number) => new[] { (At: act.Start, IsReturn: false, Number: number), (At: act.End, IsReturn: true, Number: number) }).OrderBy(one => one.At).ThenBy(one => one.IsReturn).ToList();
            (_next, _previous, _callOf, _returnOf, _isPlaced) = (new int[events.Count + 2], new int[events.Count + 2], new int[acts.Count], new int[acts.Count], new bool[acts.Count]);
            NumberOf = new int[events.Count + 2];
            for (var node = 1; node <= events.Count; node++)
            {
                NumberOf[node] = events[node - 1].Number;
                (events[node - 1].IsReturn ? _returnOf : _callOf)[events[node - 1].Number] = node;
            }

            for (var node = 0; node <= events.Count; node++)
            {
                (_next[node], _previous[node + 1]) = (node + 1, node);
            }

            End = events.Count + 1;
        }

        /// <summary>The act that had no place where the search was furthest.</summary>
        public int Stuck { get; private set; }

        private int[] NumberOf { get; }

        private int End { get; }

        public bool Run()
        {
            var node = _next[0];
            while (_next[0] != End)
            {
                var number = NumberOf[node];
                if (node == _callOf[number])
                {
                    node = TryPlace(number) ? _next[0] : _next[node];
                    continue;
                }

                // A return: this act had to be placed before.
                if (_order.Count > _furthest)
                {
                    (_furthest, Stuck) = (_order.Count, number);
                }

                if (_order.Count == 0)
                {
                    return false;
                }

                node = _next[TakeOut()];
            }

            return true;
        }

        private bool TryPlace(int number)
        {
            var act = _acts[number];
            if (act.Seen is { } seen && seen != _state)
            {
                return false;
            }

            var (before, after) = (_state, act.Writes ? act.Value : _state);
            _isPlaced[number] = true;
            if (!_tried.Add((FirstUnplaced(), Beyond(), after)))
            {
                _isPlaced[number] = false;
                _first = Math.Min(_first, number);
                return false;
            }

            _state = after;
            _order.Push((number, before));
            Lift(_callOf[number]);
            Lift(_returnOf[number]);
            return true;
        }

        /// <summary>The node of the call of what was placed last, which is in the list again.</summary>
        private int TakeOut()
        {
            var (number, before) = _order.Pop();
            (_state, _isPlaced[number]) = (before, false);
            _first = Math.Min(_first, number);
            Put(_returnOf[number]);
            Put(_callOf[number]);
            return _callOf[number];
        }

        private int FirstUnplaced()
        {
            while (_first < _isPlaced.Length && _isPlaced[_first])
            {
                _first++;
            }

            return _first;
        }

        /// <summary>What is placed beyond the first that is not: as far as acts overlap, so it is small.</summary>
        private BigInteger Beyond()
        {
            var (bits, last) = (BigInteger.Zero, _first < _acts.Count ? _acts[_first].End : 0);
            for (var number = _first + 1; number < _acts.Count && _acts[number].Start <= last; number++)
            {
                if (_isPlaced[number])
                {
                    bits |= BigInteger.One << (number - _first);
                }
            }

            return bits;
        }

        private void Lift(int node)
        {
            _next[_previous[node]] = _next[node];
            _previous[_next[node]] = _previous[node];
        }

        private void Put(int node)
        {
            _next[_previous[node]] = node;
            _previous[_next[node]] = node;
        }
    }
}
