using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Text.Json;
using CsCheck;

namespace Portlight.Policies.Tests.Reference;

/// <summary>The product and the reference say the same of every random case: why, by which kind of policy, by which policy, by which statement.</summary>
public sealed class AgreementTests
{
    private static readonly int Cases = Environment.GetEnvironmentVariable("PORTLIGHT_STORM") == "1" ? 1_000_000 : 100_000;

    /// <summary>What has to have happened in a share of the cases, so that the agreement is about something; far enough from what does happen that chance is no reason to fail.</summary>
    private static readonly (string What, double AtLeast)[] Wanted =
    [
        ("Allowed Identity", 0.05),
        ("ExplicitDeny Identity", 0.05),
        ("ExplicitDeny PermissionsBoundary", 0.05),
        ("ExplicitDeny Session", 0.05),
        ("NoIdentityPolicy Identity", 0.05),
        ("NoPermissionsBoundary PermissionsBoundary", 0.05),
        ("NoSessionPolicy Session", 0.05),

        // In the statement that decided.
        ("variable", 0.02), ("set operator", 0.02), ("IfExists", 0.02), ("NotAction", 0.01), ("NotResource", 0.02), ("missing key", 0.02), ("wildcard", 0.2),
        ("String", 0.02), ("Numeric", 0.02), ("Date", 0.015), ("IpAddress", 0.015), ("Arn", 0.015), ("Bool", 0.004), ("BinaryEquals", 0.002), ("Null", 0.004),
    ];

    [Fact]
    public void The_evaluator_agrees_with_one_that_was_written_from_the_user_guide_alone()
    {
        var seen = new ConcurrentDictionary<string, int>();
        RandomCases.All.Sample(asked =>
        {
            var expected = ReferenceEvaluator.Decide(asked);
            var decision = Evaluator.Decide(asked.Action, asked.Resource, asked.Context, Policies(asked));
            Assert.Equal(expected, new ReferenceAnswer(decision.Reason.ToString(), decision.DecidedBy.ToString(), decision.Policy?.Id, decision.Statement?.Index));
            foreach (var what in Facts(asked, expected))
            {
                seen.AddOrUpdate(what, 1, (_, count) => count + 1);
            }
        }, iter: Cases);

        Assert.All(Wanted, wanted =>
        {
            var share = seen.GetValueOrDefault(wanted.What) / (double)Cases;
            Assert.True(share >= wanted.AtLeast, $"{wanted.What} decided {share:P2} of the cases, less than {wanted.AtLeast:P1}");
        });
    }

    /// <summary>A simulation decides as Decide does, and lists what it decided by and everything else that applies.</summary>
    [Fact]
    public void A_simulation_decides_the_same_and_lists_what_decides() => RandomCases.All.Sample(asked =>
    {
        var policies = Policies(asked);
        var decision = Evaluator.Decide(asked.Action, asked.Resource, asked.Context, policies);
        var simulation = Evaluator.Simulate(asked.Action, asked.Resource, asked.Context, policies, new EvaluationBudget(EvaluationBudget.StepsOfRequest));
        var explained = simulation.Matched;
        Assert.Equal(decision, simulation.Decision);
        Assert.Equal(decision.Reason == DecisionReason.ExplicitDeny, explained.Any(match => match.Statement.IsDeny));
        Assert.Equal(decision.Reason == DecisionReason.NoIdentityPolicy, !explained.Any(match => match.Kind == DecidingPolicy.Identity && !match.Statement.IsDeny) && !explained.Any(match => match.Statement.IsDeny));
        if (decision.Statement is { } statement)
        {
            Assert.Contains(explained, match => match.Kind == decision.DecidedBy && match.Policy == decision.Policy && match.Statement == statement);
        }
    }, iter: Cases / 10);

    internal static PrincipalPolicies Policies(ReferenceCase asked) => new(
        [.. asked.Identity.Select(Read)],
        asked.Boundary is { } boundary ? Read(boundary) : null,
        asked.Session is { } session ? session.Select(Read).ToImmutableArray() : null);

    private static Policy Read(ReferencePolicy policy) => new(policy.Id, PolicySource.User, Given.Document(policy.Json));

    private static IEnumerable<string> Facts(ReferenceCase asked, ReferenceAnswer answer)
    {
        yield return $"{answer.Reason} {answer.Kind}";
        if (answer.Policy is null)
        {
            yield break;
        }

        var json = asked.Identity.Append(asked.Boundary).Concat(asked.Session ?? []).First(policy => policy?.Id == answer.Policy)!.Json;
        using var document = JsonDocument.Parse(json);
        var statements = document.RootElement.GetProperty("Statement");
        var statement = statements.ValueKind == JsonValueKind.Array ? statements[answer.Statement!.Value] : statements;
        var text = statement.GetRawText();
        if (text.Contains("${", StringComparison.Ordinal))
        {
            yield return "variable";
        }

        if (text.Contains('*', StringComparison.Ordinal))
        {
            yield return "wildcard";
        }

        if (text.Contains("ForA", StringComparison.Ordinal))
        {
            yield return "set operator";
        }

        foreach (var name in new[] { "IfExists", "NotAction", "NotResource", "String", "Numeric", "Date", "IpAddress", "\"Arn", "Bool", "BinaryEquals", "\"Null" })
        {
            if (text.Contains(name, StringComparison.Ordinal))
            {
                yield return name.TrimStart('"');
            }
        }

        if (statement.TryGetProperty("Condition", out var condition)
            && condition.EnumerateObject().SelectMany(entry => entry.Value.EnumerateObject()).Any(key => !asked.Context.Values.ContainsKey(key.Name)))
        {
            yield return "missing key";
        }
    }
}
