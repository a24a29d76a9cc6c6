using static Portlight.Policies.Tests.Given;

namespace Portlight.Policies.Tests.Evaluation;

/// <summary>Every operator of IAM's reference: what matches, what does not, and what a key that is missing does.</summary>
public sealed class ConditionOperatorTests
{
    [Theory]
    [InlineData("StringEquals", "prod", "prod", true)]
    [InlineData("StringEquals", "prod", "Prod", false)]
    [InlineData("StringEquals", "pr*", "prod", false)]
    [InlineData("StringEquals", "pr*", "pr*", true)]
    [InlineData("StringNotEquals", "prod", "test", true)]
    [InlineData("StringNotEquals", "prod", "prod", false)]
    [InlineData("StringEqualsIgnoreCase", "prod", "PROD", true)]
    [InlineData("StringNotEqualsIgnoreCase", "prod", "PROD", false)]
    [InlineData("StringNotEqualsIgnoreCase", "prod", "test", true)]
    [InlineData("StringLike", "pr?d*", "produce", true)]
    [InlineData("StringLike", "pr?d", "PROD", false)]
    [InlineData("StringLike", "?", "😀", true)]
    [InlineData("StringNotLike", "pr*", "prod", false)]
    [InlineData("StringNotLike", "pr*", "test", true)]
    [InlineData("stringequals", "prod", "prod", true)]
    [InlineData("NumericEquals", "443", "443.0", true)]
    [InlineData("NumericEquals", "443", "many", false)]
    [InlineData("NumericNotEquals", "443", "80", true)]
    [InlineData("NumericNotEquals", "443", "443", false)]
    [InlineData("NumericNotEquals", "443", "many", true)]
    [InlineData("NumericLessThan", "10", "9", true)]
    [InlineData("NumericLessThan", "10", "10", false)]
    [InlineData("NumericLessThanEquals", "10", "10", true)]
    [InlineData("NumericLessThanEquals", "10", "10.001", false)]
    [InlineData("NumericGreaterThan", "-1.5", "-1", true)]
    [InlineData("NumericGreaterThan", "10", "10", false)]
    [InlineData("NumericGreaterThanEquals", "10", "10", true)]
    [InlineData("NumericGreaterThanEquals", "10", "9", false)]
    [InlineData("DateEquals", "2026-01-31T08:00:00Z", "2026-01-31T09:00:00+01:00", true)]
    [InlineData("DateEquals", "2026-01-31T08:00:00Z", "1769846400", true)]
    [InlineData("DateNotEquals", "2026-01-31", "2026-01-31T00:00Z", false)]
    [InlineData("DateNotEquals", "2026-01-31", "yesterday", true)]
    [InlineData("DateLessThan", "2026-02", "2026-01-31T23:59:59.999Z", true)]
    [InlineData("DateLessThan", "2026-02", "2026-02-01T00:00:00Z", false)]
    [InlineData("DateLessThanEquals", "2026-02", "2026-02-01T00:00:00Z", true)]
    [InlineData("DateGreaterThan", "1769846400", "2026-01-31T08:00:01Z", true)]
    [InlineData("DateGreaterThan", "1769846400", "2026-01-31T08:00:00Z", false)]
    [InlineData("DateGreaterThanEquals", "1769846400", "2026-01-31T08:00:00Z", true)]
    [InlineData("Bool", "true", "True", true)]
    [InlineData("Bool", "true", "false", false)]
    [InlineData("Bool", "false", "maybe", false)]
    [InlineData("BinaryEquals", "QmluYXJ5", "QmluYXJ5", true)]
    [InlineData("BinaryEquals", "QmluYXJ5", "Qmluyxj5", false)]
    [InlineData("BinaryEquals", "QmluYXJ5", "not base64", false)]
    [InlineData("IpAddress", "10.0.0.0/8", "10.1.2.3", true)]
    [InlineData("IpAddress", "10.1.2.3/8", "10.200.0.1", true)]
    [InlineData("IpAddress", "10.0.0.0/8", "11.0.0.1", false)]
    [InlineData("IpAddress", "10.0.0.0/8", "10.1.0.0/16", true)]
    [InlineData("IpAddress", "10.0.0.0/8", "0.0.0.0/0", false)]
    [InlineData("IpAddress", "10.0.0.0/8", "10.0.0.0/7", false)]
    [InlineData("IpAddress", "192.0.2.7", "192.0.2.7", true)]
    [InlineData("IpAddress", "0.0.0.0/0", "2001:db8::1", false)]
    [InlineData("IpAddress", "2001:DB8::/32", "2001:db8:0:0::7", true)]
    [InlineData("IpAddress", "10.0.0.0/8", "10.1", false)]
    [InlineData("NotIpAddress", "10.0.0.0/8", "11.0.0.1", true)]
    [InlineData("NotIpAddress", "10.0.0.0/8", "10.0.0.1", false)]
    [InlineData("NotIpAddress", "10.0.0.0/8", "10.0.0.0/7", true)]
    [InlineData("NotIpAddress", "10.0.0.0/8", "not an address", true)]
    [InlineData("ArnEquals", "arn:aws:iam::*:user/a*", "arn:aws:iam::1:user/alice", true)]
    [InlineData("ArnLike", "arn:aws:iam::*:user/a*", "arn:aws:iam::1:user/bob", false)]
    [InlineData("ArnLike", "arn:aws:iam::*:user/*", "arn:aws:iam::1:user/a:b", true)]
    [InlineData("ArnLike", "arn:aws:iam::*:user/*", "no arn", false)]
    [InlineData("ArnLike", "*", "arn:aws:iam::1:user/bob", true)]
    [InlineData("ArnEquals", "*", "arn:aws:iam::1:user/bob", true)]
    [InlineData("ArnNotEquals", "arn:aws:iam::*:user/*", "arn:aws:iam::1:role/r", true)]
    [InlineData("ArnNotLike", "arn:aws:iam::*:user/*", "arn:aws:iam::1:user/u", false)]
    public void An_operator_compares_as_the_reference_says(string name, string expected, string actual, bool holds)
    {
        var condition = If(name, "aws:PrincipalTag/x", $"\"{expected}\"");
        var context = new Context().With("aws:PrincipalTag/x", actual);
        Assert.Equal(holds, Allows(condition, context));
        Assert.Equal(holds, Denies(condition, context));
    }

    /// <summary>The user guide's own example of where an ARN operator and a string operator differ.</summary>
    [Fact]
    public void A_wildcard_in_one_part_of_an_arn_does_not_reach_the_next()
    {
        var context = new Context().With("aws:SourceArn", "arn:aws:someservice:us-east-2:999999999999:store/abc:111122223333:finance/document.txt");
        Assert.True(Allows("""{"StringLike": {"aws:SourceArn": "arn:aws:someservice:*:111122223333:finance/*"}}""", context));
        Assert.False(Allows("""{"ArnLike": {"aws:SourceArn": "arn:aws:someservice:*:111122223333:finance/*"}}""", context));
    }

    [Theory]
    [InlineData("StringEquals", "x", false)]
    [InlineData("StringNotEquals", "x", true)]
    [InlineData("StringLike", "*", false)]
    [InlineData("StringNotLike", "*", true)]
    [InlineData("NumericEquals", "1", false)]
    [InlineData("NumericNotEquals", "1", true)]
    [InlineData("NumericLessThan", "1", false)]
    [InlineData("DateNotEquals", "2026-01-31", true)]
    [InlineData("DateGreaterThan", "2026-01-31", false)]
    [InlineData("Bool", "false", false)]
    [InlineData("BinaryEquals", "QQ==", false)]
    [InlineData("IpAddress", "0.0.0.0/0", false)]
    [InlineData("NotIpAddress", "0.0.0.0/0", true)]
    [InlineData("ArnLike", "arn:aws:iam::*:*", false)]
    [InlineData("ArnNotLike", "arn:aws:iam::*:*", true)]
    public void A_missing_key_fails_an_operator_unless_it_is_negated_or_asks_only_if_it_exists(string name, string value, bool holds)
    {
        Assert.Equal(holds, Allows(If(name, "aws:PrincipalTag/x", $"\"{value}\"")));
        Assert.Equal(holds, Denies(If(name, "aws:PrincipalTag/x", $"\"{value}\"")));
        Assert.True(Allows(If($"{name}IfExists", "aws:PrincipalTag/x", $"\"{value}\"")));
        Assert.True(Allows(If($"ForAllValues:{name}", "aws:PrincipalTag/x", $"\"{value}\"")));
        Assert.False(Allows(If($"ForAnyValue:{name}", "aws:PrincipalTag/x", $"\"{value}\"")));
    }

    [Fact]
    public void IfExists_compares_a_key_that_is_there()
    {
        const string Condition = """{"StringEqualsIfExists": {"aws:PrincipalTag/x": "a"}}""";
        Assert.True(Allows(Condition, new Context().With("aws:PrincipalTag/x", "a")));
        Assert.False(Allows(Condition, new Context().With("aws:PrincipalTag/x", "b")));
    }

    [Fact]
    public void Null_asks_whether_a_key_is_there()
    {
        var there = new Context().With("aws:TokenIssueTime", "2026-01-31T08:00:00Z");
        Assert.True(Allows("""{"Null": {"aws:TokenIssueTime": "true"}}"""));
        Assert.False(Allows("""{"Null": {"aws:TokenIssueTime": false}}"""));
        Assert.True(Allows("""{"Null": {"aws:TokenIssueTime": false}}""", there));
        Assert.False(Allows("""{"Null": {"aws:TokenIssueTime": "true"}}""", there));
        Assert.True(Allows("""{"Null": {"aws:TokenIssueTime": ["true", "false"]}}""", there));
    }

    [Fact]
    public void An_empty_text_is_there_and_an_empty_list_is_not()
    {
        Assert.True(Allows("""{"Null": {"aws:RequestTag/x": "false"}}""", new Context().With("aws:RequestTag/x", "")));
        Assert.True(Allows("""{"Null": {"aws:TagKeys": "true"}}""", new Context().WithMany("aws:TagKeys")));
    }

    [Fact]
    public void Several_values_are_alternatives_and_of_a_negated_operator_none_may_match()
    {
        var b = new Context().With("aws:PrincipalTag/x", "b");
        Assert.True(Allows("""{"StringEquals": {"aws:PrincipalTag/x": ["a", "b"]}}""", b));
        Assert.False(Allows("""{"StringNotEquals": {"aws:PrincipalTag/x": ["a", "b"]}}""", b));
        Assert.True(Allows("""{"StringNotEquals": {"aws:PrincipalTag/x": ["a", "c"]}}""", b));
    }

    [Fact]
    public void Every_operator_and_every_key_has_to_hold()
    {
        const string Condition = """{"StringEquals": {"aws:PrincipalTag/x": "a", "aws:PrincipalTag/y": "b"}, "Bool": {"aws:SecureTransport": true}}""";
        var whole = new Context().With("aws:PrincipalTag/x", "a").With("aws:PrincipalTag/y", "b").With("aws:SecureTransport", "true");
        Assert.True(Allows(Condition, whole));
        foreach (var key in whole.Values.Keys)
        {
            var one = new Context();
            foreach (var (name, values) in whole.Values)
            {
                one.With(name, name == key ? "other" : values[0]);
            }

            Assert.False(Allows(Condition, one), key);
        }
    }

    [Fact]
    public void Names_of_keys_do_not_distinguish_case() =>
        Assert.True(Allows("""{"StringEquals": {"AWS:principaltag/X": "a"}}""", new Context().With("aws:PrincipalTag/x", "a")));
}
