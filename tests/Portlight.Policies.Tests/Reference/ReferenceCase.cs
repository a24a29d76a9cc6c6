namespace Portlight.Policies.Tests.Reference;

/// <summary>A request and all policies that bear on it.</summary>
internal sealed record ReferenceCase(
    string Action, string Resource, Context Context, IReadOnlyList<ReferencePolicy> Identity, ReferencePolicy? Boundary, IReadOnlyList<ReferencePolicy>? Session)
{
    public override string ToString() =>
        $"{Action} on {Resource} with {string.Join(", ", Context.Values.Select(pair => $"{pair.Key}={Shown(pair.Value)}"))}\n"
        + string.Join('\n', Identity.Select(policy => policy.Json)) + $"\nboundary {Boundary?.Json}\nsession {string.Join("\n        ", Session?.Select(policy => policy.Json) ?? ["none"])}";

    private static string Shown(ContextValues values) =>
        values.IsMultivalued ? $"[{string.Join(' ', Enumerable.Range(0, values.Count).Select(i => values[i]))}]" : values[0];
}

/// <summary>A policy by its text.</summary>
internal sealed record ReferencePolicy(string Id, string Json);
