using System.Collections.Immutable;
using Portlight.Domain;

namespace Portlight.Storage;

/// <summary>The highest revisions up to which the kernels of the hosts hold what is stored of them. They only go up.</summary>
internal sealed class AppliedWatermark(long local, ImmutableDictionary<string, long> hosts)
{
    private long _local = local;
    private ImmutableDictionary<string, long> _hosts = hosts;

    /// <summary>That of the server's own machine.</summary>
    public long Value => Volatile.Read(ref _local);

    /// <summary>All of them, at one moment or a little later.</summary>
    public AppliedRevisions Current => new(Value, Volatile.Read(ref _hosts));

    /// <summary>True when it went up.</summary>
    public bool Raise(string host, long revision) => host == HostName.Local
        ? RaiseLocal(revision)
        : ImmutableInterlocked.Update(ref _hosts, static (all, at) => all.GetValueOrDefault(at.host) < at.revision ? all.SetItem(at.host, at.revision) : all, (host, revision));

    private bool RaiseLocal(long revision)
    {
        var seen = Value;
        while (revision > seen)
        {
            var before = Interlocked.CompareExchange(ref _local, revision, seen);
            if (before == seen)
            {
                return true;
            }

            seen = before;
        }

        return false;
    }
}

/// <summary>Up to which revision the kernel of each host is.</summary>
/// <param name="Local">That of the server's own machine.</param>
/// <param name="Hosts">Those of the others that have confirmed something.</param>
internal readonly record struct AppliedRevisions(long Local, ImmutableDictionary<string, long> Hosts)
{
    /// <param name="host">Null or <see cref="HostName.Local"/> for the server's own machine.</param>
    public long Of(string? host) => host is null or HostName.Local ? Local : Hosts.GetValueOrDefault(host);
}
