using System.Collections.Immutable;

namespace Portlight.Policies.Tests;

/// <summary>Documents and questions in few words.</summary>
internal static class Given
{
    public const string Account = "111122223333";
    public const string Put = "lightsail:PutInstancePublicPorts";
    public const string Instance = "arn:aws:lightsail:us-east-1:111122223333:Instance/4b5d1f52-0a34-4d6e-8f0e-0a8a1c7a9f11";

    public static PolicyDocument Document(string json, PolicyKind kind = PolicyKind.Identity)
    {
        var parsed = PolicyDocument.TryParse(json, kind, out var document, out var problems);
        Assert.True(parsed, string.Join('\n', problems));
        return document!;
    }

    public static ImmutableArray<PolicyProblem> Problems(string json, PolicyKind kind = PolicyKind.Identity)
    {
        Assert.False(PolicyDocument.TryParse(json, kind, out var document, out var problems), "the document was accepted");
        Assert.Null(document);
        Assert.NotEmpty(problems);
        return problems;
    }

    /// <summary>A policy of these statements, in the version that knows variables.</summary>
    public static Policy Policy(string id, params string[] statements) =>
        new(id, PolicySource.User, Document($$"""{"Version": "2012-10-17", "Statement": [{{string.Join(", ", statements)}}]}"""));

    public static PrincipalPolicies Identity(params string[] statements) => new([Policy("user/alice/one", statements)]);

    public static string Allow(string condition = "{}", string action = "lightsail:*", string resource = "*") => Statement("Allow", condition, action, resource);

    public static string Deny(string condition = "{}", string action = "lightsail:*", string resource = "*") => Statement("Deny", condition, action, resource);

    public static Decision Decide(PrincipalPolicies policies, Context? context = null, string action = Put, string resource = Instance) =>
        Evaluator.Decide(action, resource, context ?? new Context(), policies);

    /// <summary>A condition with one operator, key and value; the value as JSON.</summary>
    public static string If(string name, string key, string value) => $$"""{"{{name}}": {"{{key}}": {{value}} } }""";

    /// <summary>Whether an Allow with the condition allows.</summary>
    public static bool Allows(string condition, Context? context = null) => Decide(Identity(Allow(condition)), context).IsAllowed;

    /// <summary>Whether a Deny with the condition, beside an Allow of everything, denies.</summary>
    public static bool Denies(string condition, Context? context = null) =>
        Decide(Identity(Allow(), Deny(condition)), context).Reason == DecisionReason.ExplicitDeny;

    private static string Statement(string effect, string condition, string action, string resource) =>
        $$"""{"Effect": "{{effect}}", "Action": "{{action}}", "Resource": "{{resource}}", "Condition": {{condition}}}""";
}
