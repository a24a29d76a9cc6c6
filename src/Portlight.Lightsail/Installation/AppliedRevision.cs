using Portlight.Domain;
using Portlight.Fleet;
using Portlight.Storage;

namespace Portlight.Lightsail;

/// <summary>Which revision of an instance the kernel of its host has.</summary>
internal static class AppliedRevision
{
    /// <summary>Null when it has none, or does not filter its packets.</summary>
    public static long? Of(Instance instance, HostLoop host, IStoreView view) => NotFiltered.Of(instance, host) is null ? OfFiltered(instance, host, view) : null;

    /// <summary>Null when it has none; of an instance whose packets it filters.</summary>
    public static long? OfFiltered(Instance instance, HostLoop host, IStoreView view) =>
        instance.Revision <= view.AppliedOn(host.Host) && host.Outcomes.LastRefusal(instance.Index) is null ? instance.Revision : host.Outcomes.StandingRevision(instance.Index);
}
