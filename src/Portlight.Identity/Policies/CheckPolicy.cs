using Portlight.Api;
using Portlight.Domain;
using Portlight.Policies;
using Portlight.Wire.PortlightApi;

namespace Portlight.Identity;

/// <summary>Reads a policy document as saving it would, and saves nothing. It tells of nothing that is stored, so anybody whose signature holds may ask.</summary>
internal sealed class CheckPolicy : IOperation<CheckPolicyRequest, CheckPolicyResponse>
{
    public Task<CheckPolicyResponse> HandleAsync(Call call, CheckPolicyRequest request)
    {
        var document = request.Document ?? throw Requests.Invalid([new Problem("document", "is missing")]);
        var kind = request.Kind switch
        {
            null or "identity" => PolicyKind.Identity,
            "trust" => PolicyKind.Trust,
            var other => throw Requests.Invalid([new Problem("kind", $"`{UserText.Excerpt(other)}` is none of identity and trust")]),
        };
        List<string> problems = [.. Documents.ProblemsOf(document, kind, out _).Select(problem => problem.ToString())];
        if (problems.Count == 0 && kind == PolicyKind.Trust && Quotas.Exceeds([document], Quotas.TrustPolicySize))
        {
            problems.Add($"it has more than {Quotas.TrustPolicySize} characters");
        }

        return Task.FromResult(new CheckPolicyResponse { Problems = problems });
    }
}
