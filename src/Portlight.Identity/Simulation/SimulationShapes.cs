using System.Collections.Immutable;
using Portlight.Api;
using Portlight.Policies;
using Portlight.Wire.Query;

namespace Portlight.Identity;

/// <summary>
/// The results of a simulation: one for each action on each resource. The statements shown are those that decided: the denies of a denied request, the allows of
/// an allowed one, none where nothing allows it.
/// </summary>
internal static class SimulationShapes
{
    public static void Write(XmlAnswer answer, Page<SimulatedResult> results, PrincipalPolicies policies) =>
        results.Write(answer, "EvaluationResults", result => Result(answer, result, policies));

    private static void Result(XmlAnswer answer, SimulatedResult result, PrincipalPolicies policies)
    {
        var (action, resource, (decision, matched, missing)) = result;
        var isGeneral = resource == "*";
        answer.Text("EvalActionName", action);
        answer.Text("EvalResourceName", resource);
        answer.Text("EvalDecision", WordOf(decision));
        Statements(answer, decision, matched);
        answer.Texts("MissingContextValues", isGeneral ? missing : []);
        Boundary(answer, matched, policies);
        if (!isGeneral)
        {
            answer.List("ResourceSpecificResults", [resource], _ =>
            {
                answer.Text("EvalResourceName", resource);
                answer.Text("EvalResourceDecision", WordOf(decision));
                Statements(answer, decision, matched);
                answer.Texts("MissingContextValues", missing);
                Boundary(answer, matched, policies);
            });
        }
    }

    private static string WordOf(Decision decision) => decision.Reason switch
    {
        DecisionReason.Allowed => "allowed",
        DecisionReason.ExplicitDeny => "explicitDeny",
        _ => "implicitDeny",
    };

    private static void Statements(XmlAnswer answer, Decision decision, ImmutableArray<MatchedStatement> matched)
    {
        var deciding = decision.Reason switch
        {
            DecisionReason.Allowed => matched.Where(one => one.Kind == DecidingPolicy.Identity),
            DecisionReason.ExplicitDeny => matched.Where(one => one.Statement.IsDeny),
            _ => [],
        };
        answer.List("MatchedStatements", deciding, one =>
        {
            answer.Text("SourcePolicyId", one.Policy.Id);
            answer.Text("SourcePolicyType", WordOf(one.Policy.Source));
            Position(answer, "StartPosition", one.Statement.Start);
            Position(answer, "EndPosition", one.Statement.End);
        });
    }

    private static void Position(XmlAnswer answer, string name, TextPosition position) => answer.Structure(name, () =>
    {
        answer.Number("Line", position.Line);
        answer.Number("Column", position.Column);
    });

    /// <summary>Only where there is a boundary.</summary>
    private static void Boundary(XmlAnswer answer, ImmutableArray<MatchedStatement> matched, PrincipalPolicies policies)
    {
        if (policies.Boundary is not null)
        {
            var ofBoundary = matched.Where(one => one.Kind == DecidingPolicy.PermissionsBoundary).ToList();
            answer.Structure("PermissionsBoundaryDecisionDetail", () => answer.Flag("AllowedByPermissionsBoundary", ofBoundary.Count > 0 && !ofBoundary.Any(one => one.Statement.IsDeny)));
        }
    }

    private static string WordOf(PolicySource source) => source switch
    {
        PolicySource.User => "user",
        PolicySource.Group => "group",
        PolicySource.Role => "role",
        PolicySource.AwsManaged => "aws-managed",
        PolicySource.UserManaged => "user-managed",
        _ => "none",
    };
}
