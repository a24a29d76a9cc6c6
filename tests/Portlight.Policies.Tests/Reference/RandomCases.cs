using System.Text;
using System.Text.Json;
using CsCheck;

namespace Portlight.Policies.Tests.Reference;

/// <summary>
/// Policies and requests from a small vocabulary, so that they meet: values that are equal, that fit a pattern, that nearly do, that are missing, many, empty, or not of
/// the kind that the operator reads.
/// </summary>
internal static class RandomCases
{
    private static readonly Gen<string> Actions = Gen.OneOf("lightsail:PutInstancePublicPorts", "lightsail:OpenInstancePublicPorts", "lightsail:GetInstance", "iam:CreateUser");

    private static readonly Gen<string> ActionPatterns = Gen.Frequency(
        (6, Gen.OneOf("*", "lightsail:*", "*:*")),
        (3, Gen.OneOf("lightsail:*PublicPorts", "lightsail:?etInstance", "LightSail:putinstancepublicports", "lightsail:O*n*Ports", "lightsail:Get*")),
        (1, Gen.OneOf("iam:*", "iam:CreateUser", "*:Create*", "lightsail:G??", "sts:*")));

    private static readonly Gen<string> Resources = Gen.Frequency(
        (6, Gen.OneOf("arn:aws:lightsail:us-east-1:111122223333:Instance/alice", "arn:aws:lightsail:us-east-1:111122223333:Instance/bob")),
        (2, Gen.OneOf("arn:aws:iam::111122223333:user/alice", "arn:aws:iam::111122223333:user/x:user/web/bob", "arn:aws:iam::111122223333:user/web/bob")),
        (1, Gen.OneOf("*", "arn:aws:lightsail:us-east-1:111122223333:*", "arn:aws:lightsail:us-east-1:111122223333:Instance/😀", "arn:aws:lightsail:us-east-1:111122223333:Instance/*")));

    private static readonly Gen<string> ResourcePatterns = Gen.Frequency(
        (6, Gen.OneOf("*", "arn:aws:lightsail:*:*:*", "arn:aws:lightsail:us-*-?:111122223333:Instance/*")),
        (3, Gen.OneOf(
            "arn:aws:lightsail:*:*:Instance/${aws:username}", "arn:aws:lightsail:*:*:Instance/${aws:username, 'bob'}", "arn:aws:iam::*:user/${aws:PrincipalTag/team}/*",
            "arn:aws:lightsail:us-east-1:111122223333:Instance/${aws:username}", "arn:aws:lightsail:*:*:*${aws:TagKeys}", "arn:aws:iam::1*:user/${AWS:UserName}")),
        (2, Gen.OneOf("arn:aws:lightsail:*:*:Instance/a*", "arn:aws:lightsail:*:*:Instance/${*}", "arn:*:lightsail:us-east-?:*:Instance/?", "arn:aws:iam::*:user/web/*", "arn:aws:iam::*:*")));

    private static readonly Gen<Context> Contexts = Gen.Select(
        Gen.OneOf(null, null, "alice", "alice", "bob", "*", "${aws:userid}"),
        Gen.OneOf(null, "web", "web", "Web", "db", "", "w*b"),
        Gen.OneOf(null, "team", "team stage", "cost", "-", "team cost web"),
        Gen.OneOf(null, "10.1.2.3", "10.1.2.3", "192.0.2.1", "2001:db8::1", "somewhere"),
        Gen.OneOf(null, "10.1.0.0/16", "10.1.0.0/16 0.0.0.0/0", "::/0", "-", "192.0.2.0/25 192.0.2.128/25"),
        Gen.OneOf(null, "22", "443", "0", "65535", "443.0", "many"),
        Gen.OneOf("2026-01-31T08:00:00Z", "2026-01-31T08:00:00Z", "1769846400", "2026-02-01T00:30:00+01:00", "soon", null),
        Gen.Select(Gen.OneOf(null, "true", "false", "TRUE", "maybe"), Gen.OneOf(null, "QmluYXJ5", "QQ==", "web"), Gen.OneOf(null, "arn:aws:iam::111122223333:user/alice", "arn:aws:sts::111122223333:assumed-role/web/a:b", "alice")),
        Context);

    /// <summary>Operators by the kind of values that they read, with values of that kind and the keys that usually have them.</summary>
    private static readonly Gen<string> Conditions = Gen.Frequency(
        (7, Condition(
            ["StringEquals", "StringEquals", "StringNotEquals", "StringEqualsIgnoreCase", "StringNotEqualsIgnoreCase", "StringLike", "StringLike", "StringNotLike", "stringequals"],
            ["aws:PrincipalTag/team", "aws:TagKeys", "aws:TagKeys", "aws:username", "AWS:principaltag/Team"],
            ["web", "team", "stage", "alice", "bob", "w*", "WEB", "?eb", "*", "", "${aws:username}", "${aws:PrincipalTag/team}", "${aws:username, 'web'}", "w${*}b", "${aws:TagKeys}*", "t*m"])),
        (3, Condition(
            ["NumericEquals", "NumericNotEquals", "NumericLessThan", "NumericLessThanEquals", "NumericGreaterThan", "NumericGreaterThanEquals"],
            ["portlight:FromPort"],
            ["22", "443", "0", "443.00", "+443", "-1", "1024"])),
        (2, Condition(
            ["DateEquals", "DateNotEquals", "DateLessThan", "DateLessThanEquals", "DateGreaterThan", "DateGreaterThanEquals"],
            ["aws:CurrentTime"],
            ["2026-01-31T08:00:00Z", "2026-01-31", "1769846400", "2026-01-31T09:00:00+01:00", "2026-01-31T23:30:00.000Z", "2025-01"])),
        (2, Condition(["IpAddress", "NotIpAddress"], ["aws:SourceIp", "portlight:SourceCidr"], ["10.0.0.0/8", "10.1.2.3", "0.0.0.0/0", "192.0.2.77/24", "2001:db8::/32", "::/0"])),
        (3, Condition(
            ["ArnEquals", "ArnLike", "ArnNotEquals", "ArnNotLike"],
            ["aws:PrincipalArn"],
            ["arn:aws:iam::*:user/*", "arn:aws:iam::111122223333:user/${aws:username}", "arn:aws:sts::*:assumed-role/web/*", "arn:aws:*:*:*:*", "arn:aws:sts::*:assumed-role/${aws:PrincipalTag/team, 'web'}/a:b"])),
        (1, Condition(["Bool"], ["aws:SecureTransport"], ["true", "false", "False"])),
        (1, Condition(["BinaryEquals"], ["portlight:Digest"], ["QmluYXJ5", "QQ=="])),
        (1, Gen.Select(Gen.OneOf("aws:TagKeys", "aws:username", "aws:PrincipalTag/team", "aws:nothing"), Gen.OneOf("\"true\"", "\"false\"", "true", "false", "[\"true\", \"false\"]"), (key, value) => Entry("Null", key, value))));

    private static readonly Gen<string> Statements = Gen.Select(
        Gen.Frequency((3, Gen.Const("Allow")), (1, Gen.Const("Deny"))),
        Element("Action", ActionPatterns),
        Element("Resource", ResourcePatterns),
        Gen.Frequency((4, Gen.Int[0, 0]), (4, Gen.Int[1, 1]), (2, Gen.Int[2, 3])).SelectMany(count => Conditions.Array[count]),
        (effect, action, resource, conditions) =>
            $$"""{"Effect": "{{effect}}", {{action}}, {{resource}}{{(conditions.Length == 0 ? "" : $", \"Condition\": {{ {Join(conditions)} }}")}}}""");

    private static readonly Gen<string> Policies = Gen.Select(
        Gen.Frequency((8, Gen.Const("\"Version\": \"2012-10-17\", ")), (1, Gen.Const("\"Version\": \"2008-10-17\", ")), (1, Gen.Const(""))),
        Statements.Array[1, 3],
        (version, statements) => $$"""{{{version}}"Statement": {{(statements.Length == 1 ? statements[0] : $"[{string.Join(", ", statements)}]")}}}""");

    public static Gen<ReferenceCase> All { get; } = Gen.Select(
        Actions,
        Resources,
        Contexts,
        Policies.Array[1, 3],
        Gen.Frequency((2, Gen.Const((string?)null)), (3, Policies.Select(text => (string?)text))),
        Gen.Frequency((2, Gen.Const((string[]?)null)), (3, Policies.Array[1, 2].Select(texts => (string[]?)texts))),
        (action, resource, context, identity, boundary, session) => new ReferenceCase(
            action, resource, context, Named(identity, "identity"), boundary is null ? null : new ReferencePolicy("boundary", boundary), session is null ? null : Named(session, "session")));

    private static Context Context(
        string? user, string? team, string? tagKeys, string? address, string? sources, string? port, string? time, (string? Secure, string? Digest, string? Arn) more)
    {
        var context = new Context();
        void One(string key, string? value) => _ = value is null ? context : context.With(key, value);
        void Many(string key, string? values) => _ = values is null ? context : context.WithMany(key, values == "-" ? [] : values.Split(' '));
        One("aws:username", user);
        One("aws:PrincipalTag/team", team);
        Many("aws:TagKeys", tagKeys);
        One("aws:SourceIp", address);
        Many("portlight:SourceCidr", sources);
        One("portlight:FromPort", port);
        One("aws:CurrentTime", time);
        One("aws:SecureTransport", more.Secure);
        One("portlight:Digest", more.Digest);
        One("aws:PrincipalArn", more.Arn);
        return context;
    }

    private static Gen<string> Condition(string[] operators, string[] keys, string[] values) => Gen.Select(
        Gen.Frequency((5, Gen.Const("")), (2, Gen.OneOf("ForAllValues:", "ForAnyValue:"))),
        Gen.OneOf(operators),
        Gen.Frequency((4, Gen.Const("")), (1, Gen.Const("IfExists"))),
        Gen.Frequency((9, Gen.OneOf(keys)), (1, Gen.OneOf("aws:nothing", "aws:username", "aws:TagKeys", "aws:SourceIp", "portlight:FromPort"))),
        Gen.Frequency((5, Gen.OneOf(values).Array[1]), (4, Gen.OneOf(values).Array[2, 3])),
        (set, name, exists, key, texts) => Entry(set + name + exists, key, Values(texts)));

    private static Gen<string> Element(string name, Gen<string> patterns) => Gen.Select(
        Gen.Frequency((7, Gen.Const(name)), (1, Gen.Const("Not" + name))),
        patterns.Array[1, 2],
        (element, texts) => $"\"{element}\": {Values(texts)}");

    private static string Entry(string name, string key, string values) => $$"""{{name}}|"{{key}}": {{values}}""";

    /// <summary>One object per operator, one member per key: a name stands once in an object.</summary>
    private static string Join(string[] conditions)
    {
        var text = new StringBuilder();
        foreach (var group in conditions.GroupBy(condition => condition[..condition.IndexOf('|', StringComparison.Ordinal)], condition => condition[(condition.IndexOf('|', StringComparison.Ordinal) + 1)..]))
        {
            var members = group.DistinctBy(member => member[..member.IndexOf("\": ", StringComparison.Ordinal)]);
            text.Append(text.Length == 0 ? "" : ", ").Append($"\"{group.Key}\": {{{string.Join(", ", members)}}}");
        }

        return text.ToString();
    }

    private static string Values(string[] texts) =>
        texts.Length == 1 ? Quoted(texts[0]) : $"[{string.Join(", ", texts.Select(Quoted))}]";

    /// <summary>Some numbers and truth values without quotation marks, as the grammar allows.</summary>
    private static string Quoted(string text) => text is "443" or "true" ? text : $"\"{JsonEncodedText.Encode(text)}\"";

    private static List<ReferencePolicy> Named(string[] texts, string kind) => [.. texts.Select((text, index) => new ReferencePolicy($"{kind}{index}", text))];
}
