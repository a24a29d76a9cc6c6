using Portlight.Domain;
using Portlight.Fleet;
using Portlight.Storage;

namespace Portlight.Lightsail;

/// <summary>Which revision of an instance the kernel of its host has.</summary>
internal static class AppliedRevision
{
    /// <summary>Null when it has none, or does not filter its packets.</summary>
    public static long? Of(Instance instance, HostLoop host, IStoreView view) =>
        NotFiltered.Of(instance, host) is not null ? null
        : instance.Revision <= view.AppliedOn(host.Host) && host.Outcomes.LastRefusal(instance.Index) is null ? instance.Revision
        : host.Outcomes.StandingRevision(instance.Index);
}
