using CsCheck;
using Portlight.Policies.Tests.Reference;
using static Portlight.Policies.Tests.Given;

namespace Portlight.Policies.Tests.Evaluation;

/// <summary>Patterns and the texts that they see are both a caller's: what it costs to compare them is bounded, and what is not looked at is denied.</summary>
public sealed class BudgetTests
{
    private static readonly string Long = new('a', 4_096);

    /// <summary>Two thousand steps for each character of the text, in hundreds of statements: half a minute of work.</summary>
    [Theory]
    [InlineData("""{"StringLike": {"aws:UserAgent": "*aaa…b"} }""")]
    [InlineData("""{"StringNotLike": {"aws:UserAgent": "*aaa…b"} }""")]
    [InlineData("""{"ForAllValues:StringLike": {"aws:TagKeys": "*aaa…b"} }""")]
    [InlineData("""{"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:*aaa…b"} }""")]
    [InlineData("""{"StringEquals": {"aws:x": "${aws:UserAgent}${aws:UserAgent}${aws:UserAgent}${aws:UserAgent}${aws:UserAgent}"}}""")]
    public void Policies_that_take_too_much_work_deny_and_say_so(string condition)
    {
        var statement = condition.Replace("aaa…", Long[..2_000], StringComparison.Ordinal);
        var context = new Context().With("aws:UserAgent", Long).With("aws:PrincipalArn", "arn:aws:iam::111122223333:" + Long).With("aws:x", "b")
            .WithMany("aws:TagKeys", [.. Enumerable.Repeat(Long, 50)]);
        var budget = new EvaluationBudget(EvaluationBudget.StepsOfRequest);

        var decision = Evaluator.Decide(Put, Instance, context, Many(Allow(statement)), budget);

        Assert.Equal(DecisionReason.TooMuchWork, decision.Reason);
        Assert.False(decision.IsAllowed);
        Assert.True(budget.Spent < EvaluationBudget.StepsOfRequest * 1.1, $"{budget.Spent} steps were taken");
    }

    [Fact]
    public void A_resource_and_an_action_are_paid_for_too()
    {
        var pattern = "*" + Long[..1_000] + "b";
        Assert.Equal(DecisionReason.TooMuchWork, Decide(Many(Allow(resource: "arn:aws:lightsail:*:*:" + pattern)), resource: "arn:aws:lightsail:::" + Long).Reason);
        Assert.Equal(DecisionReason.TooMuchWork, Decide(Many(Allow(action: "lightsail:" + pattern)), action: "lightsail:" + Long).Reason);
    }

    /// <summary>The largest identity that IAM's quotas allow, with conditions as people write them: 110 policies of 20 statements.</summary>
    [Fact]
    public void Policies_as_people_write_them_take_a_hundredth_of_what_a_request_may()
    {
        string[] statements = [.. Enumerable.Range(0, 20).Select(i => Allow(
            $$"""{"StringLike": {"aws:UserAgent": ["*terraform*", "aws-cli/*"], "aws:PrincipalTag/team": "web-{{i}}*"}, "IpAddress": {"aws:SourceIp": ["10.0.0.0/8", "192.168.0.0/16"]} }""",
            action: i % 4 == 0 ? "lightsail:*" : $"iam:Get{i}*",
            resource: $"arn:aws:lightsail:*:*:Instance/{i}-*"))];
        var policies = new PrincipalPolicies([.. Enumerable.Range(0, 110).Select(i => Policy($"p{i}", statements))]);
        var budget = new EvaluationBudget(EvaluationBudget.StepsOfRequest);
        var context = new Context().With("aws:UserAgent", "APN/1.0 HashiCorp/1.0 Terraform/1.9.8 terraform-provider-aws/5.100.0").With("aws:PrincipalTag/team", "web-7").With("aws:SourceIp", "10.1.2.3");

        Evaluator.Decide(Put, Instance, context, policies, budget); // the first time it also looks for the statements that speak of the action
        var first = budget.Spent;
        Evaluator.Decide(Put, Instance, context, policies, budget);

        Assert.False(budget.IsSpent);
        Assert.True(first < EvaluationBudget.StepsOfRequest / 10, $"the first decision took {first} steps");
        Assert.True(budget.Spent - first < EvaluationBudget.StepsOfRequest / 100, $"the second took {budget.Spent - first}");
    }

    [Fact]
    public void A_trust_policy_that_takes_too_much_work_trusts_nobody()
    {
        var trust = Document(
            $$"""{"Version":"2012-10-17","Statement":[{{string.Join(',', Enumerable.Repeat($$"""{"Effect":"Allow","Principal":{"AWS":"*"},"Action":"sts:AssumeRole","Condition":{"StringNotLike":{"aws:UserAgent":"*{{Long[..2_000]}}b"} } }""", 30))}}]}""",
            PolicyKind.Trust);
        var caller = new TrustedCaller(Account, $"arn:aws:iam::{Account}:user/alice", null, "AIDA1");
        var context = new Context().With("aws:UserAgent", Long);
        var ids = new Dictionary<string, string>();
        Assert.True(Evaluator.DecideTrust(trust, ids, "sts:AssumeRole", caller, context, new EvaluationBudget(long.MaxValue)).IsAllowed);
        Assert.Equal(new TrustDecision(IsDenied: true, IsAllowed: false, NamesCaller: false), Evaluator.DecideTrust(trust, ids, "sts:AssumeRole", caller, context, new EvaluationBudget(10_000)));
    }

    private static PrincipalPolicies Many(string statement) => new([.. Enumerable.Range(0, 300).Select(_ => Policy("p", statement)), Policy("all", Allow())]);

    /// <summary>Whatever the budget, a decision is the one that a budget without end gives, or a denial for too much work.</summary>
    [Fact]
    public void A_small_budget_never_changes_a_decision_into_another() => Gen.Select(RandomCases.All, Gen.Int[0, 600]).Sample((asked, steps) =>
    {
        var policies = AgreementTests.Policies(asked);
        var whole = Evaluator.Decide(asked.Action, asked.Resource, asked.Context, policies, new EvaluationBudget(long.MaxValue));
        var budget = new EvaluationBudget(steps);
        var cut = Evaluator.Decide(asked.Action, asked.Resource, asked.Context, policies, budget);
        Assert.Equal(budget.IsSpent ? DecisionReason.TooMuchWork : whole.Reason, cut.Reason);
        if (!budget.IsSpent)
        {
            Assert.Equal(whole, cut);
        }
    }, iter: 20_000);
}
