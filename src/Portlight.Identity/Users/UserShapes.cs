using Portlight.Domain;
using Portlight.Wire.Query;

namespace Portlight.Identity;

/// <summary>Users as answers show them: in lists without tags and boundary, as IAM does it.</summary>
internal static class UserShapes
{
    public static void Listed(this XmlAnswer answer, User user)
    {
        answer.Text("Path", user.Path);
        answer.Text("UserName", user.Name);
        answer.Text("UserId", user.Id);
        answer.Text("Arn", user.Arn);
        answer.Time("CreateDate", user.CreatedAt);
    }

    public static void User(this XmlAnswer answer, User user) => answer.Structure("User", () =>
    {
        answer.Listed(user);
        answer.Boundary(user.BoundaryArn);
        answer.Tags(user.Tags);
    });

    /// <summary>The permissions boundary of a user or role; nothing where there is none.</summary>
    public static void Boundary(this XmlAnswer answer, string? arn)
    {
        if (arn is not null)
        {
            answer.Structure("PermissionsBoundary", () =>
            {
                answer.Text("PermissionsBoundaryType", "PermissionsBoundaryPolicy");
                answer.Text("PermissionsBoundaryArn", arn);
            });
        }
    }
}
