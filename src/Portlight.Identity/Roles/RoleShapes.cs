using Portlight.Domain;
using Portlight.Storage;
using Portlight.Wire.Query;

namespace Portlight.Identity;

/// <summary>Roles as answers show them: in lists without tags, boundary and last use, as IAM does it.</summary>
internal static class RoleShapes
{
    public static void Listed(this XmlAnswer answer, IStoreView view, Role role)
    {
        answer.Text("Path", role.Path);
        answer.Text("RoleName", role.Name);
        answer.Text("RoleId", role.Id);
        answer.Text("Arn", role.Arn);
        answer.Time("CreateDate", role.CreatedAt);
        answer.Text("AssumeRolePolicyDocument", Documents.ForAnswer(ShownTrust.Of(view, role)));
        answer.Text("Description", role.Description);
        answer.Number("MaxSessionDuration", (long)role.MaxSessionDuration.TotalSeconds);
    }

    /// <summary>The last use is not kept: the element is there and empty, as for a role that was never used.</summary>
    public static void Role(this XmlAnswer answer, IStoreView view, Role role) => answer.Structure("Role", () =>
    {
        answer.Listed(view, role);
        answer.Boundary(role.BoundaryArn);
        answer.Tags(role.Tags);
        answer.Structure("RoleLastUsed", () => { });
    });
}
