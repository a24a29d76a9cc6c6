using Portlight.Wire;
using Portlight.Wire.Query;

namespace Portlight.Identity;

/// <summary>
/// Puts permissions boundaries on users and roles and takes them off. The key <c>iam:PermissionsBoundary</c> is the boundary that a request sets where it sets one, else the one that the
/// identity has: so an administrator who must bound whatever it makes can neither leave the boundary out nor take it off again (IAM user guide, delegating with
/// permissions boundaries).
/// </summary>
internal sealed class BoundaryOperations<T>(Entities<T> entities, IdentityKind<T> kind)
    where T : class
{
    public async Task PutAsync(IamRequest request, XmlAnswer answer)
    {
        var name = entities.Name(request);
        var arn = request.Require(Boundaries.Parameter, IamRules.Arn);
        request.Done();
        await entities.SaveAsync(
            request,
            name,
            (view, entity) =>
            {
                Boundaries.RequireAttachable(view, request.AccountId, arn);
                return kind.WithBoundary(entity, arn);
            },
            (_, question) => Boundaries.Asking(question, arn));
    }

    public async Task DeleteAsync(IamRequest request, XmlAnswer answer)
    {
        var name = entities.Name(request);
        request.Done();
        await entities.SaveAsync(
            request,
            name,
            (_, entity) => kind.BoundaryOf(entity) is null ? throw IamException.NoSuchEntity($"{kind.Word} {kind.NameOf(entity)} does not have a permissions boundary.") : kind.WithBoundary(entity, null),
            (entity, question) => Boundaries.Asking(question, entity is null ? null : kind.BoundaryOf(entity)));
    }
}
