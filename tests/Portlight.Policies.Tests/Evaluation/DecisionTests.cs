using static Portlight.Policies.Tests.Given;

namespace Portlight.Policies.Tests.Evaluation;

/// <summary>Explicit deny, default deny, boundaries, sessions, and what a decision names.</summary>
public sealed class DecisionTests
{
    private static readonly Policy AllowsAll = Policy("all", Allow(action: "*"));
    private static readonly Policy AllowsIam = Policy("iam", Allow(action: "iam:*"));
    private static readonly Policy DeniesAll = Policy("never", """{"Sid": "Never", "Effect": "Deny", "Action": "*", "Resource": "*"}""");

    [Fact]
    public void Nothing_is_allowed_by_default() =>
        Assert.Equal(new Decision(DecisionReason.NoIdentityPolicy, DecidingPolicy.Identity, null, null), Decide(PrincipalPolicies.None));

    [Fact]
    public void A_deny_beats_every_allow_and_is_named()
    {
        var decision = Decide(new([AllowsAll, DeniesAll, AllowsAll]));
        Assert.Equal(DecisionReason.ExplicitDeny, decision.Reason);
        Assert.Equal("never", decision.Policy!.Id);
        Assert.Equal("Never", decision.Statement!.ToString());
    }

    [Fact]
    public void An_allow_names_the_first_statement_that_allows()
    {
        var decision = Decide(new([AllowsIam, Policy("two", Allow(action: "iam:*"), Allow())]));
        Assert.True(decision.IsAllowed);
        Assert.Equal(("two", 1, "statement 2"), (decision.Policy!.Id, decision.Statement!.Index, decision.Statement.ToString()));
    }

    [Fact]
    public void A_boundary_allows_nothing_and_narrows_everything()
    {
        Assert.Equal(DecisionReason.NoIdentityPolicy, Decide(new([], AllowsAll)).Reason);
        Assert.Equal((DecisionReason.NoPermissionsBoundary, DecidingPolicy.PermissionsBoundary), Why(Decide(new([AllowsAll], AllowsIam))));
        Assert.Equal((DecisionReason.ExplicitDeny, DecidingPolicy.PermissionsBoundary), Why(Decide(new([AllowsAll], DeniesAll))));
        Assert.True(Decide(new([AllowsAll], AllowsAll)).IsAllowed);
    }

    [Fact]
    public void Session_policies_allow_together_and_narrow_everything()
    {
        Assert.Equal((DecisionReason.NoSessionPolicy, DecidingPolicy.Session), Why(Decide(new([AllowsAll], null, [AllowsIam]))));
        Assert.Equal((DecisionReason.NoSessionPolicy, DecidingPolicy.Session), Why(Decide(new([AllowsAll], null, []))));
        Assert.Equal((DecisionReason.ExplicitDeny, DecidingPolicy.Session), Why(Decide(new([AllowsAll], null, [AllowsAll, DeniesAll]))));
        Assert.True(Decide(new([AllowsAll], AllowsAll, [AllowsIam, AllowsAll])).IsAllowed);
        Assert.Equal(DecisionReason.NoIdentityPolicy, Decide(new([], AllowsAll, [AllowsAll])).Reason);
    }

    [Fact]
    public void Denies_are_told_before_what_is_missing_and_identity_policies_before_boundary_and_session()
    {
        Assert.Equal((DecisionReason.ExplicitDeny, DecidingPolicy.Identity), Why(Decide(new([DeniesAll], DeniesAll, [DeniesAll]))));
        Assert.Equal((DecisionReason.ExplicitDeny, DecidingPolicy.Session), Why(Decide(new([], AllowsIam, [DeniesAll]))));
        Assert.Equal((DecisionReason.NoPermissionsBoundary, DecidingPolicy.PermissionsBoundary), Why(Decide(new([AllowsAll], AllowsIam, [AllowsIam]))));
    }

    [Theory]
    [InlineData("lightsail:PutInstancePublicPorts", true)]
    [InlineData("LIGHTSAIL:putinstancepublicports", true)]
    [InlineData("lightsail:*PublicPorts", true)]
    [InlineData("lightsail:P??InstancePublicPorts", true)]
    [InlineData("*:*", true)]
    [InlineData("*", true)]
    [InlineData("lightsail:PutInstancePublicPort", false)]
    [InlineData("lightsail:Get*", false)]
    [InlineData("iam:*", false)]
    public void An_action_is_matched_whole_with_wildcards_and_without_case(string pattern, bool matches)
    {
        Assert.Equal(matches, Decide(Identity(Allow(action: pattern))).IsAllowed);
        Assert.Equal(!matches, Decide(Identity($$"""{"Effect": "Allow", "NotAction": "{{pattern}}", "Resource": "*"}""")).IsAllowed);
    }

    [Theory]
    [InlineData("*", true)]
    [InlineData(Instance, true)]
    [InlineData("arn:aws:lightsail:*:*:*", true)]
    [InlineData("arn:aws:lightsail:us-*:111122223333:Instance/*", true)]
    [InlineData("arn:aws:lightsail:us-east-1:111122223333:instance/*", false)]
    [InlineData("arn:aws:lightsail:us-east-1:444455556666:*", false)]
    [InlineData("arn:aws:lightsail:us-east-1:*:StaticIp/*", false)]
    [InlineData("arn:aws:lightsail:*:Instance/*:x", false)]
    public void A_resource_is_matched_part_by_part(string pattern, bool matches)
    {
        Assert.Equal(matches, Decide(Identity(Allow(resource: pattern))).IsAllowed);
        Assert.Equal(!matches, Decide(Identity($$"""{"Effect": "Allow", "Action": "*", "NotResource": "{{pattern}}"}""")).IsAllowed);
    }

    [Fact]
    public void A_wildcard_in_the_account_does_not_reach_into_a_resource_with_colons()
    {
        var policies = Identity(Allow(action: "*", resource: "arn:aws:iam::*:user/dev/*"));
        Assert.True(Decide(policies, action: "iam:GetUser", resource: "arn:aws:iam::111122223333:user/dev/x:y").IsAllowed);
        Assert.False(Decide(policies, action: "iam:GetUser", resource: "arn:aws:iam::111122223333:user/x:user/dev/bob").IsAllowed);
    }

    [Fact]
    public void Only_a_star_matches_a_request_about_no_resource()
    {
        Assert.True(Decide(Identity(Allow(resource: "*")), resource: "*").IsAllowed);
        Assert.False(Decide(Identity(Allow(resource: "arn:aws:lightsail:*:*:*")), resource: "*").IsAllowed);
    }

    [Fact]
    public void A_simulation_names_every_statement_that_applies_in_order()
    {
        var policies = new PrincipalPolicies([Policy("one", Allow(action: "iam:*"), Deny(), Allow())], AllowsAll, [DeniesAll]);
        var matched = Simulate(policies, new Context()).Matched;
        Assert.Equal(
            ["Identity one statement 2", "Identity one statement 3", "PermissionsBoundary all statement 1", "Session never Never"],
            matched.Select(match => $"{match.Kind} {match.Policy.Id} {match.Statement}"));
    }

    [Fact]
    public void AsksFor_finds_keys_and_variables_of_statements_about_the_action()
    {
        var policies = new PrincipalPolicies(
            [
                Policy("one", Deny("""{"Bool": {"Portlight:AnySource": true}}""", action: "lightsail:Put*")),
                Policy("two", Allow(resource: "arn:aws:lightsail:*:*:Instance/${example:x}")),
            ]);
        Assert.True(Evaluator.AsksFor(Put, policies, "portlight:"));
        Assert.False(Evaluator.AsksFor("lightsail:CloseInstancePublicPorts", policies, "portlight:"));
        Assert.True(Evaluator.AsksFor("lightsail:CloseInstancePublicPorts", policies, "example:"));
    }

    [Fact]
    public void A_simulation_names_the_keys_that_are_asked_for_and_not_there_once()
    {
        var policies = new PrincipalPolicies(
            [
                Policy(
                    "one",
                    Allow("""{"StringEquals": {"aws:ResourceTag/team": "${aws:PrincipalTag/team}", "aws:there": "x"}}"""),
                    Allow("""{"Null": {"AWS:resourcetag/TEAM": "true"}}"""),
                    Allow("""{"Bool": {"aws:other": true}}""", action: "iam:*"),
                    Allow("""{"Bool": {"aws:elsewhere": true}}""", resource: "arn:aws:lightsail:*:*:StaticIp/*"),
                    Allow(resource: "arn:aws:lightsail:*:*:Instance/${aws:username}"),
                    Allow(resource: "arn:aws:lightsail:*:*:Instance/${aws:userid, 'x'}")),
            ],
            Policy("boundary", Allow("""{"Bool": {"aws:SecureTransport": true}}""")));
        var missing = Simulate(policies, new Context().With("aws:there", "x")).MissingKeys;
        Assert.Equal(["aws:ResourceTag/team", "aws:PrincipalTag/team", "aws:username", "aws:SecureTransport"], missing);
    }

    [Fact]
    public void More_actions_than_are_remembered_are_decided_as_well()
    {
        var policies = Identity(Allow(action: "example:*7"));
        for (var i = 0; i < 2_000; i++)
        {
            Assert.Equal(i % 10 == 7, Decide(policies, action: $"example:Action{i}").IsAllowed);
        }
    }

    private static Simulation Simulate(PrincipalPolicies policies, Context context) =>
        Evaluator.Simulate(Put, Instance, context, policies, new EvaluationBudget(EvaluationBudget.StepsOfRequest));

    private static (DecisionReason Reason, DecidingPolicy Kind) Why(Decision decision) => (decision.Reason, decision.DecidedBy);
}
