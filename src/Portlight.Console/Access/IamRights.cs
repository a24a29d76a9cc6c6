using System.Xml.Linq;
using Portlight.Console.Api;
using Portlight.Wire.Lightsail;
using Portlight.Wire.PortlightApi;

namespace Portlight.Console.Access;

/// <summary>What of the things that a page offers its person's policies do not allow. Where it could not be asked nothing is known to be refused: the server says it when it is done.</summary>
internal sealed class IamRights
{
    /// <summary>Questions of one call.</summary>
    private const int AtOnce = 100;

    private readonly Dictionary<string, string?> _refusals = new(StringComparer.Ordinal);

    /// <summary>Why it is refused; null where it is not.</summary>
    /// <param name="key">What it was asked under.</param>
    public string? Refusal(string key) => _refusals.GetValueOrDefault(key);

    public static async Task<IamRights> AskAsync(ApiCaller caller, IReadOnlyList<(string Key, AccessCheck Check)> questions, CancellationToken cancellation)
    {
        var rights = new IamRights();
        foreach (var some in questions.Chunk(AtOnce))
        {
            var answer = await caller.CallAsync(
                "CheckAccess", new CheckAccessRequest { Questions = [.. some.Select(one => one.Check)] }, PortlightJson.Default.CheckAccessRequest, PortlightJson.Default.CheckAccessResponse, cancellation);
            foreach (var (question, told) in some.Zip(answer.Answers))
            {
                rights._refusals[question.Key] = told.IsAllowed ? null : told.Message ?? "your policies do not allow it";
            }
        }

        return rights;
    }

    /// <summary>May I do this to that? With what conditions look at, as IAM's answer about it has it.</summary>
    /// <param name="action">In IAM, <c>DeleteUser</c>.</param>
    /// <param name="arn">What it is done to.</param>
    /// <param name="about">IAM's answer about it; null where there is none.</param>
    /// <param name="policy">The policy that it attaches or detaches.</param>
    public static AccessCheck Check(string action, string arn, XElement? about = null, string? policy = null) => new()
    {
        Action = $"iam:{action}",
        ResourceArn = arn,
        ResourceTags = about?.Element("Tags")?.Elements("member").Select(tag => new Tag { Key = tag.Text("Key"), Value = tag.Text("Value") }).ToList(),
        // A condition sees the boundary where policies are put, attached and taken away, and nowhere else.
        PermissionsBoundaryArn = action.EndsWith("Policy", StringComparison.Ordinal) && action != "UpdateAssumeRolePolicy" ? about?.Element("PermissionsBoundary")?.Element("PermissionsBoundaryArn")?.Value : null,
        PolicyArn = policy,
    };
}
