using static Portlight.Policies.Tests.Given;

namespace Portlight.Policies.Tests.Evaluation;

public sealed class PolicyVariableTests
{
    private const string UserArn = "arn:aws:iam::111122223333:user/";
    private const string Own = UserArn + "${aws:username}";

    private static Context Named(string name) => new Context().With("aws:username", name);

    private static Decision OnUser(string pattern, string user, Context context, string element = "Resource", string effect = "Allow") =>
        Decide(
            Identity($$"""{"Effect": "{{effect}}", "Action": "iam:*", "{{element}}": ["{{pattern}}"]}""", Allow(action: "other:*")),
            context,
            "iam:CreateAccessKey",
            UserArn + user);

    [Fact]
    public void A_variable_in_a_resource_is_the_value_of_the_request()
    {
        Assert.True(OnUser(Own, "alice", Named("alice")).IsAllowed);
        Assert.False(OnUser(Own, "bob", Named("alice")).IsAllowed);
        Assert.True(OnUser(UserArn + "${AWS:UserName}/*", "alice/x", Named("alice")).IsAllowed);
    }

    [Theory]
    [InlineData("*")]
    [InlineData("a*")]
    [InlineData("?lice")]
    [InlineData("${aws:username}")]
    [InlineData("\uFFFE")]
    [InlineData("\uFFFFlice")]
    public void What_a_variable_puts_in_is_no_wildcard_and_no_variable(string name)
    {
        Assert.False(OnUser(Own, "alice", Named(name)).IsAllowed);
        Assert.False(Allows("""{"StringLike": {"aws:PrincipalTag/x": "${aws:username}"}}""", Named(name).With("aws:PrincipalTag/x", "alice")));
        Assert.False(Allows("""{"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::1:user/${aws:username}"}}""", Named(name).With("aws:PrincipalArn", "arn:aws:iam::1:user/alice")));
    }

    [Fact]
    public void A_star_that_a_variable_puts_in_is_a_star() => Assert.True(OnUser(Own, "*", Named("*")).IsAllowed);

    [Fact]
    public void A_default_stands_in_for_a_missing_value_only()
    {
        const string Pattern = UserArn + "${aws:username, 'nobody'}";
        Assert.True(OnUser(Pattern, "nobody", new Context()).IsAllowed);
        Assert.False(OnUser(Pattern, "nobody", Named("alice")).IsAllowed);
        Assert.True(Allows("""{"StringEquals": {"aws:PrincipalTag/x": "${aws:username,'*'}"}}""", new Context().With("aws:PrincipalTag/x", "*")));
    }

    [Fact]
    public void A_resource_with_a_variable_that_has_no_value_is_no_resource()
    {
        Assert.False(OnUser(Own, "", new Context()).IsAllowed);
        Assert.False(OnUser(Own, "${aws:username}", new Context()).IsAllowed);
    }

    [Fact]
    public void NotResource_with_a_variable_that_has_no_value_fails_closed()
    {
        Assert.False(OnUser(Own, "bob", new Context(), "NotResource").IsAllowed);
        Assert.Equal(DecisionReason.ExplicitDeny, OnUser(Own, "bob", new Context(), "NotResource", "Deny").Reason);
    }

    [Fact]
    public void A_negated_comparison_with_a_variable_that_has_no_value_fails_closed()
    {
        const string Condition = """{"StringNotEquals": {"aws:PrincipalTag/x": "${aws:username}"}}""";
        foreach (var context in new[] { new Context(), new Context().With("aws:PrincipalTag/x", "a") })
        {
            Assert.False(Allows(Condition, context));
            Assert.True(Denies(Condition, context));
        }

        Assert.True(Allows("""{"StringNotEqualsIfExists": {"aws:PrincipalTag/x": "${aws:username}"}}"""));
    }

    [Fact]
    public void A_comparison_with_a_variable_that_has_no_value_never_matches()
    {
        var context = new Context().With("aws:PrincipalTag/x", "a");
        Assert.False(Allows("""{"StringEquals": {"aws:PrincipalTag/x": "${aws:username}"}}""", context));
        Assert.False(Denies("""{"StringEquals": {"aws:PrincipalTag/x": "${aws:username}"}}""", context));
        Assert.True(Allows("""{"StringEquals": {"aws:PrincipalTag/x": ["${aws:username}", "a"]}}""", context));
    }

    [Fact]
    public void A_multivalued_key_is_no_variable() =>
        Assert.False(Allows("""{"StringEquals": {"aws:PrincipalTag/x": "${aws:TagKeys, 'a'}"}}""", new Context().With("aws:PrincipalTag/x", "a").WithMany("aws:TagKeys", "a")));

    [Theory]
    [InlineData("a${*}b", "a*b", true)]
    [InlineData("a${*}b", "axb", false)]
    [InlineData("a${?}", "a?", true)]
    [InlineData("a${?}", "ab", false)]
    [InlineData("${$}{aws:username}*", "${aws:username}!", true)]
    public void Escapes_stand_for_the_characters_themselves(string pattern, string actual, bool holds) =>
        Assert.Equal(holds, Allows(If("StringLike", "aws:PrincipalTag/x", $"\"{pattern}\""), Named("alice").With("aws:PrincipalTag/x", actual)));

    [Fact]
    public void The_version_of_2008_and_a_document_without_one_know_no_variables()
    {
        foreach (var version in new[] { "\"Version\": \"2008-10-17\",", "" })
        {
            var document = Document("{" + version + """ "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": {"StringEquals": {"aws:PrincipalTag/x": "${aws:username}"}}}}""");
            var policies = new PrincipalPolicies([new Policy("p", PolicySource.User, document)]);
            Assert.Equal("2008-10-17", document.Version);
            Assert.True(Decide(policies, Named("alice").With("aws:PrincipalTag/x", "${aws:username}")).IsAllowed);
            Assert.False(Decide(policies, Named("alice").With("aws:PrincipalTag/x", "alice")).IsAllowed);
        }
    }
}
