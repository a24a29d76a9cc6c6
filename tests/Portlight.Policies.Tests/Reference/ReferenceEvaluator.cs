using System.Text.Json;

namespace Portlight.Policies.Tests.Reference;

/// <summary>
/// The evaluation logic once more, written from the IAM user guide alone, to be read beside it: slow, everything parsed from the text each time, nothing of the
/// product's matching. Where the guide is silent it does what decision 0031 says. The pages are named at each part.
/// </summary>
internal static class ReferenceEvaluator
{
    /// <summary><c>reference_policies_evaluation-logic</c>: any explicit deny; then each kind of policy that there is has to allow.</summary>
    public static ReferenceAnswer Decide(ReferenceCase asked)
    {
        List<(string Kind, IReadOnlyList<ReferencePolicy> Policies)> layers = [("Identity", asked.Identity)];
        if (asked.Boundary is { } boundary)
        {
            layers.Add(("PermissionsBoundary", [boundary]));
        }

        if (asked.Session is { } session)
        {
            layers.Add(("Session", session));
        }

        foreach (var (kind, policies) in layers)
        {
            if (First(policies, "Deny", asked) is var (policy, index) && policy is not null)
            {
                return new("ExplicitDeny", kind, policy, index);
            }
        }

        foreach (var (kind, policies) in layers)
        {
            if (First(policies, "Allow", asked).Policy is null)
            {
                return new($"No{kind}Policy".Replace("BoundaryPolicy", "Boundary", StringComparison.Ordinal), kind, null, null);
            }
        }

        var allow = First(asked.Identity, "Allow", asked);
        return new("Allowed", "Identity", allow.Policy, allow.Index);
    }

    private static (string? Policy, int? Index) First(IReadOnlyList<ReferencePolicy> policies, string effect, ReferenceCase asked)
    {
        foreach (var policy in policies)
        {
            using var document = JsonDocument.Parse(policy.Json);
            var variables = document.RootElement.TryGetProperty("Version", out var version) && version.GetString() == "2012-10-17";
            var index = 0;
            foreach (var statement in List(document.RootElement.GetProperty("Statement")))
            {
                if (statement.GetProperty("Effect").GetString() == effect && Applies(statement, variables, asked))
                {
                    return (policy.Id, index);
                }

                index++;
            }
        }

        return (null, null);
    }

    private static bool Applies(JsonElement statement, bool variables, ReferenceCase asked)
    {
        var isDeny = statement.GetProperty("Effect").GetString() == "Deny";
        if (!ActionApplies(statement, asked.Action) || !ResourceApplies(statement, variables, isDeny, asked))
        {
            return false;
        }

        if (!statement.TryGetProperty("Condition", out var condition))
        {
            return true;
        }

        // reference_policies_condition-logic-multiple-context-keys-or-values: all operators and all keys of an operator.
        foreach (var entry in condition.EnumerateObject())
        {
            foreach (var key in entry.Value.EnumerateObject())
            {
                var values = List(key.Value).Select(value => value.ValueKind == JsonValueKind.String ? value.GetString()! : value.GetRawText()).ToList();
                if (!ReferenceCondition.Holds(entry.Name, key.Name, values, variables, isDeny, asked.Context))
                {
                    return false;
                }
            }
        }

        return true;
    }

    /// <summary><c>reference_policies_elements_action</c>: wildcards, no letter case.</summary>
    private static bool ActionApplies(JsonElement statement, string action)
    {
        if (statement.TryGetProperty("Action", out var actions))
        {
            return List(actions).Any(Fits);
        }

        return !List(statement.GetProperty("NotAction")).Any(Fits);

        bool Fits(JsonElement pattern) => ReferencePattern.Of(pattern.GetString()!.ToLowerInvariant(), wildcards: true).Matches(action.ToLowerInvariant());
    }

    /// <summary><c>reference_policies_elements_resource</c>.</summary>
    private static bool ResourceApplies(JsonElement statement, bool variables, bool isDeny, ReferenceCase asked)
    {
        var negated = statement.TryGetProperty("NotResource", out var resources);
        if (!negated)
        {
            resources = statement.GetProperty("Resource");
        }

        var unresolved = false;
        foreach (var resource in List(resources))
        {
            var pattern = ReferencePattern.Of(resource.GetString()!, wildcards: true, variables ? asked.Context : null);
            unresolved |= pattern.IsUnresolved;
            if (resource.GetString() == "*" || pattern.MatchesArn(asked.Resource))
            {
                return !negated;
            }
        }

        return negated && (isDeny || !unresolved);
    }

    private static IEnumerable<JsonElement> List(JsonElement value) => value.ValueKind == JsonValueKind.Array ? value.EnumerateArray() : [value];
}

/// <summary>What the reference says; in the words of <see cref="DecisionReason"/> and <see cref="DecidingPolicy"/>.</summary>
internal sealed record ReferenceAnswer(string Reason, string Kind, string? Policy, int? Statement);
