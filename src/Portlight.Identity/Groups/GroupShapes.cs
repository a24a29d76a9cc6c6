using Portlight.Domain;
using Portlight.Wire.Query;

namespace Portlight.Identity;

/// <summary>Groups as answers show them.</summary>
internal static class GroupShapes
{
    public static void Group(this XmlAnswer answer, Group group)
    {
        answer.Text("Path", group.Path);
        answer.Text("GroupName", group.Name);
        answer.Text("GroupId", group.Id);
        answer.Text("Arn", group.Arn);
        answer.Time("CreateDate", group.CreatedAt);
    }
}
