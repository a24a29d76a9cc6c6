using Portlight.Storage;

namespace Portlight.Identity;

/// <summary>How often managed policies are attached and how often they bound somebody, over all users, groups and roles of an account; counted when it is asked.</summary>
internal sealed class PolicyUsage
{
    private readonly IStoreView _view;
    private readonly string _accountId;

    private PolicyUsage(IStoreView view, string accountId) => (_view, _accountId) = (view, accountId);

    public static PolicyUsage Of(IStoreView view, string accountId) => new(view, accountId);

    public int Attachments(string arn) => _view.CountHolders(_accountId, IdentityUse.OfPolicy(arn));

    public int Boundaries(string arn) => _view.CountHolders(_accountId, IdentityUse.OfBoundary(arn));

    public bool IsAttached(string arn) => _view.IsHeld(_accountId, IdentityUse.OfPolicy(arn));

    public bool IsBoundary(string arn) => _view.IsHeld(_accountId, IdentityUse.OfBoundary(arn));
}
