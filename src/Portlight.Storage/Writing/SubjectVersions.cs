using System.Runtime.InteropServices;

namespace Portlight.Storage;

/// <summary>
/// The place of the last write that touched each subject; no lock of its own. Those of long ago are forgotten together, and then count as touched when they were forgotten.
/// </summary>
internal sealed class SubjectVersions
{
    private const int Remembered = 1 << 16;

    private static readonly int Kinds = Enum.GetValues<SubjectKind>().Length;

    private readonly long[] _ofKinds = new long[Kinds];
    private Dictionary<Subject, long> _newest = [];
    private Dictionary<Subject, long> _older = [];
    private long _forgotten;
    private long _forgottenNext;

    public long Of(in Subject subject)
    {
        if (subject.IsEverything)
        {
            return _ofKinds[(int)subject.Kind];
        }

        return _newest.TryGetValue(subject, out var version) || _older.TryGetValue(subject, out version) ? version : _forgotten;
    }

    /// <summary>Notes that a write touches what it touches. A later place that is noted already stays.</summary>
    public void Touch(Touches touches, long place)
    {
        foreach (var row in touches.Rows)
        {
            Touch(row.Subject, place);
        }

        foreach (var subject in touches.Sets)
        {
            Touch(subject, place);
        }
    }

    /// <summary>Forgets what is old, once there is much of it.</summary>
    /// <param name="place">The newest place.</param>
    public void ForgetOld(long place)
    {
        if (_newest.Count < Remembered)
        {
            return;
        }

        (_forgotten, _forgottenNext) = (_forgottenNext, place);
        (_older, _newest) = (_newest, _older);
        _newest.Clear();
    }

    private void Touch(in Subject subject, long place)
    {
        ref var newest = ref CollectionsMarshal.GetValueRefOrAddDefault(_newest, subject, out _);
        newest = Math.Max(newest, place);
        ref var ofKind = ref _ofKinds[(int)subject.Kind];
        ofKind = Math.Max(ofKind, place);
    }
}
