using System.Text;
using Portlight.TestKit;

namespace Portlight.Policies.Tests.Reading;

/// <summary>What is refused, and in which words: <c>Golden/refused-documents.txt</c>.</summary>
public sealed class RefusedDocumentsTests
{
    private const string Around = """{"Version": "2012-10-17", "Statement": [{"Sid": "A", "Effect": "Allow", "Action": "lightsail:*", "Resource": "*"}, {STATEMENT}]}""";

    /// <summary>Whole documents.</summary>
    private static readonly string[] Documents =
    [
        "",
        "null",
        "[]",
        "{}",
        """{"Statement": []}""",
        """{"Statement": "x"}""",
        """{"Statement": [7, {"Effect": "Allow", "Action": "*", "Resource": "*"}]}""",
        """{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}],}""",
        """{"Version": "2012-10-17" /* newest */, "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}""",
        """{"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}} {}""",
        """{"Version": "2012-10-17", "Version": "2008-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}""",
        """{"Version": "2020-01-01", "Id": 7, "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}""",
        """{"version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}""",
        """{"Statement": {"Effect": "Deny", "Effect": "Allow", "Action": "*", "Resource": "*"}}""",
        """{"Statement": [{"Sid": "A", "Effect": "Allow", "Action": "*", "Resource": "*"}, {"Sid": "A", "Effect": "Deny", "Action": "*", "Resource": "*"}]}""",
        """{"Id": "\ud800", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}""",
        "{\"Id\": \"\ud800\", \"Statement\": {\"Effect\": \"Allow\", \"Action\": \"*\", \"Resource\": \"*\"}}",
        """{"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": {"StringEquals": {"a:b": [[[[[[[[[[1]]]]]]]]]]}}}}""",
    ];

    /// <summary>Members of the second statement of a document.</summary>
    private static readonly string[] Statements =
    [
        "",
        """ "Effect": "allow", "Action": "*", "Resource": "*" """,
        """ "Effect": "Allow", "Action": "*", "NotAction": "iam:*", "Resource": "*" """,
        """ "Effect": "Allow", "Action": "*" """,
        """ "Effect": "Allow", "Action": "*", "Resource": "*", "NotResource": "*" """,
        """ "Effect": "Allow", "Action": "*", "Resource": "*", "Principal": "*", "NotPrincipal": "*", "Comment": "why" """,
        """ "Sid": "not valid", "Effect": "Allow", "Action": "*", "Resource": "*" """,
        """ "Effect": "Allow", "Action": [], "Resource": [] """,
        """ "Effect": "Allow", "Action": 7, "Resource": ["*", null] """,
        """ "Effect": "Allow", "Action": ["PutInstancePublicPorts", "lightsail:", ":Put", "light*", "a:b:c", "lightsail:Put Ports", "${aws:x}:y"], "Resource": "*" """,
        """ "Effect": "Allow", "Action": "*", "Resource": ["", "web-1", "arn:aws:lightsail:*", "arn:aws:lightsail:us-east-1:1:", "arn:aws:*:us-east-1:1:x", "urn:aws:lightsail:us-east-1:1:x", "**"] """,
        """ "Effect": "Allow", "Action": "*", "Resource": ["arn:aws:iam::${aws:PrincipalAccount}:user/x", "${aws:x}", "arn:aws:iam::1:user/${aws:username", "arn:aws:iam::1:user/${username}", "arn:aws:iam::1:user/${aws:username, nobody}", "arn:aws:iam::1:user/${}", "arn:aws:iam::1:user/${*, 'x'}", "arn:aws:iam::1:user/\uffff"] """,
        """ "Effect": "Allow", "Action": "*", "Resource": "*", "Condition": [] """,
        """ "Effect": "Allow", "Action": "*", "Resource": "*", "Condition": {"StringEqual": {"a:b": "x"}, "StringEqualsIfExistsIfExists": {"a:b": "x"}, "ForEachValue:Bool": {"a:b": true}, "NullIfExists": {"a:b": true}, "ForAnyValue:Null": {"a:b": true}} """,
        """ "Effect": "Allow", "Action": "*", "Resource": "*", "Condition": {"StringEquals": {}, "StringLike": "x", "Bool": {"SecureTransport": true, "aws:": true, "aws:/x": true}} """,
        """ "Effect": "Allow", "Action": "*", "Resource": "*", "Condition": {"StringEquals": {"a:b": [], "a:c": {}, "a:d": ["x", null, ["y"]]}} """,
        """ "Effect": "Allow", "Action": "*", "Resource": "*", "Condition": {"StringEquals": {"a:b": "${oops", "a:c": "${x}"}, "ArnLike": {"a:b": ["**", "arn:aws:iam::1", "x"]}, "StringLike": {"a:x\ufffe": "y"}} """,
        """ "Effect": "Allow", "Action": "*", "Resource": "*", "Condition": {"NumericEquals": {"a:b": ["abc", "", "1e3", 1e3, "1,000", "0x10", " 1", "12345678901234567890123456789", "${a:x}"]}} """,
        """ "Effect": "Allow", "Action": "*", "Resource": "*", "Condition": {"DateEquals": {"a:b": ["yesterday", "2026", "2026-13-01", "2026-1-1", "2026-01-31T08:00", "2026-01-31T24:00Z", "2026-01-31 08:00Z", "99999999999999", "1.5", "2026-01-31T08:00:00.Z", "2026-01-31T08:00:00+1:00", "2026-01-31T08:00:00 +01:00", "2026-01-31+01:00", "2026-01-31T08:00:00.12345678Z", "-"]}} """,
        """ "Effect": "Allow", "Action": "*", "Resource": "*", "Condition": {"IpAddress": {"aws:SourceIp": ["10.1", "010.0.0.1", "10.0.0.0/33", "2001:db8::/129", "::ffff:10.0.0.1", "*", "${a:x}"]}} """,
        """ "Effect": "Allow", "Action": "*", "Resource": "*", "Condition": {"Bool": {"a:b": ["maybe", 1, ""]}, "Null": {"a:b": "no"}, "BinaryEquals": {"a:b": ["QQ", "Q Q==", "*"]}} """,
    ];

    /// <summary>Statements of trust policies.</summary>
    private static readonly string[] Trusts =
    [
        """ "Effect": "Allow", "Action": "sts:AssumeRole" """,
        """ "Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": "111122223333"}, "NotPrincipal": "*", "Resource": "*" """,
        """ "Effect": "Allow", "Action": ["*", "iam:*", "s*:AssumeRole", "AssumeRole"], "Principal": {"AWS": "111122223333"} """,
        """ "Effect": "Allow", "Action": "sts:AssumeRole", "Principal": "111122223333" """,
        """ "Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {} """,
        """ "Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"CanonicalUser": "x", "aws": "*", "AWS": [], "Service": [7], "Federated": ""} """,
        """ "Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": ["1", "arn:aws:iam::111122223333:user/*", "arn:aws:iam::111122223333:group/g", "arn:aws:iam:us-east-1:111122223333:root", "arn:aws:iam::*:root", "arn:aws:iam::111122223333:role/", "AIDAEXAMPLE"]} """,
    ];

    [Fact]
    public void Every_refusal_says_where_and_why()
    {
        var text = new StringBuilder();
        foreach (var document in Documents)
        {
            Write(text, document, document, PolicyKind.Identity);
        }

        text.AppendLine("== second statement of an identity policy\n");
        foreach (var statement in Statements)
        {
            Write(text, statement, Around.Replace("STATEMENT", statement, StringComparison.Ordinal), PolicyKind.Identity);
        }

        text.AppendLine("== statement of a trust policy\n");
        foreach (var statement in Trusts)
        {
            Write(text, statement, $$"""{"Version": "2012-10-17", "Statement": { {{statement}} } }""", PolicyKind.Trust);
        }

        Golden.Match("refused-documents.txt", text.ToString());
    }

    [Fact]
    public void A_document_of_nothing_but_mistakes_is_answered_with_a_hundred_of_them()
    {
        var problems = Given.Problems($$"""{"Statement": [{{string.Join(',', Enumerable.Repeat("7", 5_000))}}]}""");
        Assert.Equal(101, problems.Length);
        Assert.Equal("and 4900 more problems", problems[^1].ToString());
    }

    [Fact]
    public void A_document_longer_than_anything_sensible_is_not_read() =>
        Assert.Equal("the document has 200000 characters, more than the 131072 that are read", Assert.Single(Given.Problems(new string(' ', 200_000))).ToString());

    private static void Write(StringBuilder text, string shown, string document, PolicyKind kind)
    {
        text.Append(shown.Trim().Replace("\ud800", "<half a pair>", StringComparison.Ordinal)).Append('\n');
        foreach (var problem in Given.Problems(document, kind))
        {
            text.Append("    ").Append(problem).Append('\n');
        }

        text.Append('\n');
    }
}
