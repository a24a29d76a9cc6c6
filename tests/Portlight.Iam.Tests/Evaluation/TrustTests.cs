using static Portlight.Iam.Tests.Given;

namespace Portlight.Iam.Tests.Evaluation;

public sealed class TrustTests
{
    private static readonly TrustedCaller Alice = new(Account, "arn:aws:iam::111122223333:user/alice", null);
    private static readonly TrustedCaller Session = new(Account, "arn:aws:sts::111122223333:assumed-role/deployer/run-7", "arn:aws:iam::111122223333:role/ops/deployer");

    [Theory]
    [InlineData("\"*\"", true, false)]
    [InlineData("""{"AWS": "*"}""", true, false)]
    [InlineData("""{"AWS": "111122223333"}""", true, false)]
    [InlineData("""{"AWS": "arn:aws:iam::111122223333:root"}""", true, false)]
    [InlineData("""{"AWS": ["444455556666", "arn:aws:iam::111122223333:user/alice"]}""", true, true)]
    [InlineData("""{"AWS": "arn:aws:iam::111122223333:user/Alice"}""", false, false)]
    [InlineData("""{"AWS": "444455556666"}""", false, false)]
    [InlineData("""{"Service": "lightsail.amazonaws.com"}""", false, false)]
    [InlineData("""{"Federated": ["accounts.example.com"]}""", false, false)]
    [InlineData("""{"Service": "lightsail.amazonaws.com", "AWS": "111122223333"}""", true, false)]
    public void A_user_is_trusted_by_name_by_account_or_with_everybody(string principal, bool allowed, bool named) =>
        Assert.Equal(new TrustDecision(false, allowed, named), DecideTrust(Trust(principal), Alice));

    [Theory]
    [InlineData("arn:aws:sts::111122223333:assumed-role/deployer/run-7", true)]
    [InlineData("arn:aws:iam::111122223333:role/ops/deployer", true)]
    [InlineData("arn:aws:sts::111122223333:assumed-role/deployer/run-8", false)]
    [InlineData("arn:aws:iam::111122223333:role/deployer", false)]
    public void A_session_is_trusted_by_its_own_name_or_its_roles(string arn, bool allowed) =>
        Assert.Equal(new TrustDecision(false, allowed, allowed), DecideTrust(Trust($$"""{"AWS": "{{arn}}"}"""), Session));

    [Fact]
    public void A_deny_beats_an_allow_that_names_the_caller()
    {
        var trust = Document(
            """
            {"Version": "2012-10-17", "Statement": [
              {"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::111122223333:user/alice"}, "Action": "sts:AssumeRole"},
              {"Effect": "Deny", "Principal": "*", "Action": "sts:*", "Condition": {"BoolIfExists": {"aws:SecureTransport": "false"}}}]}
            """,
            PolicyKind.Trust);
        Assert.Equal(new TrustDecision(true, false, false), DecideTrust(trust, Alice));
        Assert.Equal(new TrustDecision(false, true, true), DecideTrust(trust, Alice, new Context().With("aws:SecureTransport", "true")));
    }

    [Fact]
    public void An_external_id_is_a_condition_like_any_other()
    {
        var trust = Document(
            """{"Statement": {"Effect": "Allow", "Principal": {"AWS": "111122223333"}, "Action": "sts:AssumeRole", "Condition": {"StringEquals": {"sts:ExternalId": "7"}}}}""",
            PolicyKind.Trust);
        Assert.False(DecideTrust(trust, Alice).IsAllowed);
        Assert.True(DecideTrust(trust, Alice, new Context().With("sts:ExternalId", "7")).IsAllowed);
    }

    [Fact]
    public void Assuming_and_tagging_are_two_actions()
    {
        var trust = Trust("\"*\"");
        Assert.False(Evaluator.DecideTrust(trust, "sts:TagSession", Alice, new Context()).IsAllowed);
        Assert.True(Evaluator.DecideTrust(trust, "sts:AssumeRole", Alice, new Context()).IsAllowed);
    }

    private static PolicyDocument Trust(string principal) =>
        Document($$"""{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {{principal}}, "Action": "sts:AssumeRole"}]}""", PolicyKind.Trust);

    private static TrustDecision DecideTrust(PolicyDocument trust, TrustedCaller caller, Context? context = null) =>
        Evaluator.DecideTrust(trust, "sts:AssumeRole", caller, context ?? new Context());
}
