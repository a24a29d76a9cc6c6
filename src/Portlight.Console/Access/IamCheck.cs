using System.Xml.Linq;
using Portlight.Wire.Lightsail;
using Portlight.Wire.PortlightApi;

namespace Portlight.Console.Access;

/// <summary>Questions about actions of IAM.</summary>
internal static class IamCheck
{
    /// <summary>May I do this to that? With what conditions look at, as IAM's answer about it has it.</summary>
    /// <param name="action">In IAM, <c>DeleteUser</c>.</param>
    /// <param name="arn">What it is done to.</param>
    /// <param name="about">IAM's answer about it; null where there is none.</param>
    /// <param name="policy">The policy that it attaches or detaches.</param>
    public static AccessCheck Of(string action, string arn, XElement? about = null, string? policy = null) => new()
    {
        Action = $"iam:{action}",
        ResourceArn = arn,
        ResourceTags = about?.Element("Tags")?.Elements("member").Select(tag => new Tag { Key = tag.Text("Key"), Value = tag.Text("Value") }).ToList(),
        // A condition sees the boundary where policies are put, attached and taken away, and nowhere else.
        PermissionsBoundaryArn = action.EndsWith("Policy", StringComparison.Ordinal) && action != "UpdateAssumeRolePolicy" ? about?.Element("PermissionsBoundary")?.Element("PermissionsBoundaryArn")?.Value : null,
        PolicyArn = policy,
    };
}
