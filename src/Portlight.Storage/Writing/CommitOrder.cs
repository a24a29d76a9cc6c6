using System.Collections.Concurrent;

namespace Portlight.Storage;

/// <summary>
/// The order of writes. A prepared plan gets its place and its revisions here, if nothing that it rests on has been touched by a write with an earlier place; from
/// then on its rows are seen by the plans that are prepared after it, though they are durable only later. All of it is memory: a microsecond under one lock.
/// </summary>
/// <remarks>
/// INVARIANT: places are taken in the order in which the plans come to the writer, so what a plan rests on is durable before it or with it; when a commit fails,
/// every plan with a place that is not durable fails (<see cref="Undo"/>).
/// Versions are the places of writes. Those of long ago are forgotten together: a plan that has read earlier than that is prepared again.
/// </remarks>
internal sealed class CommitOrder(long revision, long index)
{
    private readonly Lock _gate = new();
    private readonly ConcurrentDictionary<Subject, PendingRow> _pending = new();
    private readonly Dictionary<Subject, Reservation> _reservations = [];
    private readonly SubjectVersions _versions = new();
    private long _place;
    private bool _isClosed;
    private long _durable;
    private long _revision = revision;
    private long _index = index;
    private long _sharedIndex = index;
    private int _indexEra;

    /// <summary>Plans that have lost their places to another store's.</summary>
    public LateWrites Late { get; } = new();

    /// <summary>The last number that was given to an instance.</summary>
    public long Index => Interlocked.Read(ref _index);

    /// <summary>The place up to which writes are durable.</summary>
    public long Durable => Interlocked.Read(ref _durable);

    public long NextIndex() => Interlocked.Increment(ref _index);

    /// <summary>Changes when another store has given out numbers: those that were given out here before, and are not durable, may be the same.</summary>
    public int IndexEra => Volatile.Read(ref _indexEra);

    /// <summary>A row that a write on its way will leave; false when none will.</summary>
    public bool TryGetPending(in Subject subject, out PendingRow row) => _pending.TryGetValue(subject, out row);

    /// <summary>Gives a plan its place, settles its changes and hands it on.</summary>
    /// <param name="plan">What was read, and what is to be changed.</param>
    /// <param name="take">Takes it to the writer; called with the lock held, so that the order stays.</param>
    /// <param name="conflict">What it rests on and has been touched since; meaningful when false is returned.</param>
    public bool TryTake(Plan plan, Action take, out Conflict conflict)
    {
        lock (_gate)
        {
            RequireOpen();
            if (!Holds_NeedsLock(plan, out conflict) || !IsFree_NeedsLock(plan, out conflict) || plan.Numbers.AreStale)
            {
                return false;
            }

            Place_NeedsLock(plan, default);
            _versions.ForgetOld(_place);
            take();
            return true;
        }
    }

    /// <summary>From now on no plan gets a place.</summary>
    public void Close()
    {
        lock (_gate)
        {
            _isClosed = true;
        }
    }

    /// <exception cref="ObjectDisposedException">It is closed.</exception>
    public void RequireOpen() => ObjectDisposedException.ThrowIf(Volatile.Read(ref _isClosed), this);

    /// <summary>
    /// Keeps a row or a set as it is for one write, which has been too late for it: other plans that touch it get no place until it is released. Returns the place of the
    /// last write that has touched it. One who holds a reservation minds no other's, or two could wait for each other.
    /// </summary>
    public long Reserve(in Subject subject)
    {
        lock (_gate)
        {
            _reservations[subject] = new Reservation();
            return _versions.Of(subject);
        }
    }

    public void Release(in Subject subject)
    {
        Reservation? released;
        lock (_gate)
        {
            _reservations.Remove(subject, out released);
        }

        released?.TrySetResult();
    }

    /// <summary>Whether what a plan has read is still so. A plan that changes nothing ends with that, once what it has read is durable.</summary>
    /// <param name="plan">What was read.</param>
    /// <param name="wait">
    /// Called where it has read what is on its way to the disk: waits for that at the writer. With the lock held: <see cref="Undo"/> between the question and the wait would
    /// make what never came true look durable.
    /// </param>
    /// <param name="conflict">What has been touched since; meaningful when false is returned.</param>
    public bool TryRest(Plan plan, Action wait, out Conflict conflict)
    {
        lock (_gate)
        {
            if (!Holds_NeedsLock(plan, out conflict))
            {
                return false;
            }

            if (Durable < plan.SeenOnItsWay)
            {
                wait();
            }

            return true;
        }
    }

    /// <summary>Writer only: the database has what these plans changed, and readers see it.</summary>
    public void NoteDurable(long upTo) => Interlocked.Exchange(ref _durable, upTo);

    /// <summary>Writer only, after <see cref="NoteDurable"/> and once the rows are to be found where all readers look.</summary>
    public void Forget(Plan plan)
    {
        foreach (var row in plan.Changes.Touches.Rows)
        {
            if (_pending.TryGetValue(row.Subject, out var known) && known.Version == plan.Place)
            {
                _pending.TryRemove(KeyValuePair.Create(row.Subject, known));
            }
        }
    }

    /// <summary>Writer only: nothing that is not durable will be. Their revisions are given out again, their places never.</summary>
    /// <param name="committedRevision">The newest durable revision.</param>
    /// <param name="takeAll">Takes the plans back that the writer has been given, called with the lock held.</param>
    public void Undo(long committedRevision, Func<IEnumerable<Plan>> takeAll)
    {
        lock (_gate)
        {
            _revision = committedRevision;
            _pending.Clear();
            _place++;
            foreach (var plan in takeAll())
            {
                _versions.Touch(plan.Changes.Touches, _place);
            }

            NoteDurable(_place);
        }
    }

    /// <summary>
    /// Writer only: another store has written, and readers see what. That comes before everything that has a place here and is not durable: what rests on none of it gets a
    /// new place and new revisions, and what does, or rests on another plan that is not durable, loses its place.
    /// </summary>
    /// <param name="others">What the other store has touched.</param>
    /// <param name="revision">The newest durable revision.</param>
    /// <param name="index">The last number for an instance that any store has given out.</param>
    /// <param name="rework">
    /// Called with the lock held and a function that says of each plan that the writer has been given, in order, whether it keeps a place; of what waits without a plan, given
    /// as null, it says no.
    /// </param>
    public void Follow(Touches others, long revision, long index, Action<Func<Plan?, bool>> rework)
    {
        lock (_gate)
        {
            var seen = Durable;
            var touched = others.Rows.Select(row => row.Subject).Concat(others.Sets).ToHashSet();
            touched.UnionWith([.. touched.Select(subject => Subject.All(subject.Kind))]);
            _revision = revision;
            if (index > _sharedIndex)
            {
                (_sharedIndex, _index) = (index, Math.Max(_index, index));
                Volatile.Write(ref _indexEra, _indexEra + 1);
            }

            _pending.Clear();
            var followed = ++_place;
            _versions.Touch(others, followed);
            NoteDurable(followed);
            rework(plan =>
            {
                if (plan is null || plan.SeenOnItsWay > seen || plan.Numbers.AreStale || plan.Rests.Exists(rest => touched.Contains(rest.Subject)))
                {
                    if (plan is not null)
                    {
                        // Not with the place of a plan that keeps one, which is durable only later: nobody could rest on what is durable until then.
                        _versions.Touch(plan.Changes.Touches, followed);
                    }

                    return false;
                }

                Place_NeedsLock(plan, plan.Revisions);
                return true;
            });
        }
    }

    /// <summary>Writer only: numbers up to this one are durable in the database that several stores share.</summary>
    public void NoteIndex(long shared) => _sharedIndex = shared;

    private void Place_NeedsLock(Plan plan, Revisions before)
    {
        var changes = plan.Changes;
        plan.Place = ++_place;
        plan.Revisions = new Revisions(_revision + 1) { Before = before.First };
        _revision += changes.Instances.Count;
        changes.Settle(plan.Revisions);
        _versions.Touch(changes.Touches, _place);
        foreach (var row in changes.Touches.Rows)
        {
            _pending[row.Subject] = new PendingRow(row.Row, _place);
        }
    }

    private bool Holds_NeedsLock(Plan plan, out Conflict conflict)
    {
        foreach (var rest in plan.Rests)
        {
            var version = _versions.Of(rest.Subject);
            if (version > rest.Version)
            {
                conflict = new Conflict(rest.Subject, rest.IsDurable, version);
                return false;
            }
        }

        conflict = default;
        return true;
    }

    private bool IsFree_NeedsLock(Plan plan, out Conflict conflict)
    {
        conflict = default;
        if (_reservations.Count == 0 || plan.HasReservation)
        {
            return true;
        }

        foreach (var subject in plan.Changes.Touches.Rows.Select(row => row.Subject).Concat(plan.Changes.Touches.Sets))
        {
            var kept = subject;
            if (_reservations.TryGetValue(kept, out var reservation) || _reservations.TryGetValue(kept = Subject.All(subject.Kind), out reservation))
            {
                conflict = new Conflict(kept, false, 0) { Reservation = reservation };
                return false;
            }
        }

        return true;
    }
}
