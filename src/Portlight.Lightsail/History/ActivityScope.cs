using Portlight.Api;
using Portlight.Audit;

namespace Portlight.Lightsail;

/// <summary>The events that a caller's account and region have.</summary>
internal sealed class ActivityScope(Call call)
{
    public bool Holds(EventSummary summary) => summary.Recipient == call.Principal.AccountId && IsOfRegion(summary);

    /// <summary>What belongs to no region is every region's: identities, accounts, hosts.</summary>
    private bool IsOfRegion(EventSummary summary) => summary.Region == call.Region || (summary.Region == AuditLog.GlobalRegion
        && summary.EventSource is "iam.amazonaws.com" or "sts.amazonaws.com" or "portlight" && !summary.Resources.Exists(resource => resource.ResourceType == ActivitySubject.InstanceType));
}
