using Portlight.Storage;

namespace Portlight.Identity;

/// <summary>How often managed policies are attached and how often they bound somebody, over all users, groups and roles of an account; counted when it is asked.</summary>
internal sealed class PolicyUsage
{
    private readonly IStoreView view;
    private readonly string accountId;

    private PolicyUsage(IStoreView view, string accountId) => (this.view, this.accountId) = (view, accountId);

    public static PolicyUsage Of(IStoreView view, string accountId) => new(view, accountId);

    public int Attachments(string arn) => view.CountHolders(accountId, IdentityUse.OfPolicy(arn));

    public int Boundaries(string arn) => view.CountHolders(accountId, IdentityUse.OfBoundary(arn));

    public bool IsAttached(string arn) => view.IsHeld(accountId, IdentityUse.OfPolicy(arn));

    public bool IsBoundary(string arn) => view.IsHeld(accountId, IdentityUse.OfBoundary(arn));
}
