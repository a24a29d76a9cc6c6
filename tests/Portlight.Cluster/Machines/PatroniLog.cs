namespace Portlight.Cluster.Machines;

/// <summary>
/// Whether a Patroni cannot go on by itself. That of Debian 12 (3.0.2), killed while its PostgreSQL was starting as a standby, does not know any more with which settings that was started: it fails in each of its rounds, and a
/// PostgreSQL that waits for a primary of before waits for good. What an operator does about it is in docs/running-a-fleet.md.
/// </summary>
internal sealed class PatroniLog(string path)
{
    /// <summary>A round is a second; one that fails now and then is over by itself.</summary>
    private const int Rounds = 10;

    private const int Tail = 64 << 10;

    private long _from;

    /// <summary>Whether its last rounds have all failed, since <see cref="Forget"/>.</summary>
    public bool IsStuck
    {
        get
        {
            if (!File.Exists(path))
            {
                return false;
            }

            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            file.Seek(Math.Max(_from, file.Length - Tail), SeekOrigin.Begin);
            using var reader = new StreamReader(file);
            return Failed(reader.ReadToEnd().Split('\n')) >= Rounds;
        }
    }

    /// <summary>What stands there counts no more.</summary>
    public void Forget() => _from = new FileInfo(path).Length;

    /// <summary>How many rounds have failed since one that has not.</summary>
    internal static int Failed(IEnumerable<string> lines)
    {
        var failed = 0;
        foreach (var line in lines)
        {
            failed = line.Contains("Unexpected exception raised", StringComparison.Ordinal) ? failed + 1
                : line.Contains("no action. I am", StringComparison.Ordinal) ? 0
                : failed;
        }

        return failed;
    }
}
