using static Portlight.Policies.Tests.Given;

namespace Portlight.Policies.Tests.Evaluation;

public sealed class TrustTests
{
    private static readonly TrustedCaller Alice = new(Account, "arn:aws:iam::111122223333:user/alice", null, "AIDA1");
    private static readonly TrustedCaller Session = new(Account, "arn:aws:sts::111122223333:assumed-role/deployer/run-7", "arn:aws:iam::111122223333:role/ops/deployer", "AROA1");

    /// <summary>Who had which name when the policy was put.</summary>
    private static readonly Dictionary<string, string> Ids = new()
    {
        ["arn:aws:iam::111122223333:user/alice"] = "AIDA1",
        ["arn:aws:iam::111122223333:user/bob"] = "AIDA2",
        ["arn:aws:iam::111122223333:role/ops/deployer"] = "AROA1",
        ["arn:aws:sts::111122223333:assumed-role/deployer/run-7"] = "AROA1",
        ["arn:aws:sts::111122223333:assumed-role/deployer/run-8"] = "AROA1",
    };

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

    [Theory]
    [InlineData("arn:aws:iam::111122223333:user/alice", "AIDA1", true)]
    [InlineData("arn:aws:iam::111122223333:user/renamed", "AIDA1", true)] // the same user under another name
    [InlineData("arn:aws:iam::111122223333:user/alice", "AIDA3", false)] // another user under the same name
    public void An_allow_is_for_the_user_that_had_the_name_when_the_policy_was_put(string arn, string id, bool allowed) =>
        Assert.Equal(new TrustDecision(false, allowed, allowed), DecideTrust(Trust("""{"AWS": "arn:aws:iam::111122223333:user/alice"}"""), new TrustedCaller(Account, arn, null, id)));

    [Theory]
    [InlineData("arn:aws:iam::111122223333:user/bob", "AIDA2")]
    [InlineData("arn:aws:iam::111122223333:user/renamed", "AIDA2")]
    [InlineData("arn:aws:iam::111122223333:user/bob", "AIDA4")]
    [InlineData("arn:aws:iam::444455556666:user/later", "AIDA5")] // nobody had the name
    public void A_deny_is_for_every_user_that_has_the_name_too(string arn, string id)
    {
        var trust = Document(
            """
            {"Version": "2012-10-17", "Statement": [
              {"Effect": "Allow", "Principal": "*", "Action": "sts:AssumeRole"},
              {"Effect": "Deny", "Principal": {"AWS": ["arn:aws:iam::111122223333:user/bob", "arn:aws:iam::444455556666:user/later"]}, "Action": "sts:AssumeRole"}]}
            """,
            PolicyKind.Trust);
        Assert.True(DecideTrust(trust, new TrustedCaller(arn.Split(':')[4], arn, null, id)).IsDenied);
        Assert.False(DecideTrust(trust, Alice).IsDenied);
    }

    [Fact]
    public void A_document_tells_whom_it_names_and_where()
    {
        const string json = """{"Statement": [{"Effect": "Allow", "Principal": {"AWS": ["111122223333", "arn:aws:iam::1\u00311122223333:user/\u0061lice"]}, "Action": "sts:AssumeRole"}, {"Effect": "Deny", "Principal": {"AWS": "arn:aws:iam::111122223333:role/x"}, "Action": "sts:*"}]}""";
        var named = Document(json, PolicyKind.Trust).TrustedPrincipals.ToList();
        Assert.Equal(["arn:aws:iam::111122223333:user/alice", "arn:aws:iam::111122223333:role/x"], named.Select(one => one.Arn));
        Assert.Equal(["\"arn:aws:iam::1\\u00311122223333:user/\\u0061lice\"", "\"arn:aws:iam::111122223333:role/x\""], named.Select(one => json[one.Start..one.End]));
    }

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
        Assert.False(Evaluator.DecideTrust(trust, Ids, "sts:TagSession", Alice, new Context()).IsAllowed);
        Assert.True(Evaluator.DecideTrust(trust, Ids, "sts:AssumeRole", Alice, new Context()).IsAllowed);
    }

    private static PolicyDocument Trust(string principal) =>
        Document($$"""{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {{principal}}, "Action": "sts:AssumeRole"}]}""", PolicyKind.Trust);

    private static TrustDecision DecideTrust(PolicyDocument trust, TrustedCaller caller, Context? context = null) =>
        Evaluator.DecideTrust(trust, Ids, "sts:AssumeRole", caller, context ?? new Context());
}
