using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Portlight.Policies;
using Portlight.Policies.Tests;
using Portlight.Policies.Tests.Reference;

namespace Portlight.Conformance.Policies;

/// <summary>What both evaluators are asked: one request with the policies that bear on it.</summary>
internal sealed record Question(string Action, string Resource, Context Context, IReadOnlyList<string> Identity, string? Boundary, string? Session)
{
    private const string Principal = "arn:aws:sts::111122223333:assumed-role/role/session";

    public static Question Of(ReferenceCase random) =>
        new(random.Action, random.Resource, random.Context, [.. random.Identity.Select(policy => policy.Json)], random.Boundary?.Json, random.Session?[0].Json);

    /// <summary>One statement for itself: an Allow alone; a Deny beside a statement that allows everything.</summary>
    public Question About(JsonNode statement, string version) =>
        this with { Identity = [Single(version, statement), .. IsDeny(statement) ? [Single(version, JsonNode.Parse("""{"Effect": "Allow", "Action": "*", "Resource": "*"}""")!)] : Array.Empty<string>()], Boundary = null, Session = null };

    /// <summary>Every statement of every policy.</summary>
    public IEnumerable<(JsonNode Statement, string Version)> Statements() =>
        from json in Identity.Append(Boundary).Append(Session)
        where json is not null
        let document = JsonNode.Parse(json)!
        let statements = document["Statement"]!
        from statement in statements is JsonArray list ? list : [statements.DeepClone()]
        select (statement!.DeepClone(), (string?)document["Version"] ?? "2008-10-17");

    public string Ours()
    {
        var decision = Evaluator.Decide(Action, Resource, Context, new PrincipalPolicies(
            [.. Identity.Select(Read)], Boundary is null ? null : Read(Boundary), Session is null ? null : ImmutableArray.Create(Read(Session))));
        return decision.Reason switch
        {
            DecisionReason.Allowed => "Allowed",
            DecisionReason.ExplicitDeny => "ExplicitlyDenied",
            _ => "ImplicitlyDenied",
        };
    }

    public JsonObject ToJson() => new()
    {
        ["action"] = Action,
        ["resource"] = Resource,
        ["context"] = new JsonObject(Context.Values.Select(pair => KeyValuePair.Create(pair.Key, (JsonNode?)ToJson(pair.Value)))),
        ["identity"] = new JsonArray([.. Identity.Select(json => JsonNode.Parse(json))]),
        ["boundary"] = Boundary is null ? null : JsonNode.Parse(Boundary),
        ["session"] = Session is null ? null : JsonNode.Parse(Session),
        ["principal"] = Principal,
    };

    public override string ToString() => ToJson().ToJsonString();

    private static bool IsDeny(JsonNode statement) => (string?)statement["Effect"] == "Deny";

    private static string Single(string version, JsonNode statement) => new JsonObject { ["Version"] = version, ["Statement"] = statement.DeepClone() }.ToJsonString();

    private static JsonNode ToJson(ContextValues values) =>
        values.IsMultivalued ? new JsonArray([.. Enumerable.Range(0, values.Count).Select(i => (JsonNode)values[i])]) : values[0];

    private static Policy Read(string json)
    {
        Assert.True(PolicyDocument.TryParse(json, PolicyKind.Identity, out var document, out var problems), string.Join('\n', problems));
        return new Policy("policy", PolicySource.None, document!);
    }
}
