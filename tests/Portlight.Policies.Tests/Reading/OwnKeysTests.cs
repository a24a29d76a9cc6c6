using System.Collections.Immutable;
using static Portlight.Policies.Tests.Given;

namespace Portlight.Policies.Tests.Reading;

/// <summary>Keys of a service's own namespace: what is misspelt or compared as what it never is could guard nothing.</summary>
public sealed class OwnKeysTests
{
    private static readonly OwnActions Actions = new("own:", ["own:AttachInstance", "own:DetachInstance", "own:GetStatus"]);

    private static readonly OwnKeys Keys = new("own:", new Dictionary<string, KeyValueKind>
    {
        ["own:Protocol"] = KeyValueKind.Text,
        ["own:FromPort"] = KeyValueKind.Number,
        ["own:SourceCidr"] = KeyValueKind.Address,
        ["own:AnySource"] = KeyValueKind.Truth,
    }.ToImmutableDictionary(), new Dictionary<string, ImmutableArray<string>> { ["own:Protocol"] = ["tcp", "udp"] }.ToImmutableDictionary());

    [Theory]
    [InlineData("""{"StringEquals": {"own:Protocol": "tcp", "OWN:PROTOCOL": "udp"}, "NumericLessThanIfExists": {"own:fromport": 22}, "Bool": {"own:AnySource": true}}""")]
    [InlineData("""{"ForAnyValue:NotIpAddress": {"own:SourceCidr": "10.0.0.0/8"}, "ForAnyValue:StringEquals": {"own:SourceCidr": "an-alias"}, "Null": {"own:FromPort": "true"}}""")]
    [InlineData("""{"StringEquals": {"own:FromPort": "22", "aws:Protocl": "x", "owner:Protocl": "x", "aws:PrincipalTag/own:x": "${own:Protocol}"}}""")]
    [InlineData("""{"StringNotEquals": {"own:Protocol": ["tcp", "${aws:username}"]}, "StringEqualsIgnoreCase": {"own:Protocol": "TCP"}, "StringLike": {"own:Protocol": "*p"}, "StringEquals": {"own:AnySource": "true"}}""")]
    public void Keys_that_there_are_may_be_asked_for(string condition) => Assert.Empty(ProblemsOf(condition));

    [Theory]
    [InlineData("""{"StringEquals": {"own:Protocl": "tcp"}}""", "`own:Protocl` is not a condition key: did you mean `own:Protocol`?")]
    [InlineData("""{"Null": {"own:SourceCidrs": "true"}}""", "`own:SourceCidrs` is not a condition key: did you mean `own:SourceCidr`?")]
    [InlineData("""{"StringEquals": {"own:Protocol/x": "tcp"}}""", "`own:Protocol/x` is not a condition key: did you mean `own:Protocol`?")]
    [InlineData("""{"StringEquals": {"own:Weather": "fair"}}""", "`own:Weather` is not a condition key: there are `own:AnySource`, `own:FromPort`, `own:Protocol`, `own:SourceCidr`")]
    [InlineData("""{"StringEquals": {"aws:username": "${own:Prtocol}"}}""", "`own:Prtocol` is not a condition key: did you mean `own:Protocol`?")]
    [InlineData("""{"NumericEquals": {"own:Protocol": 6}}""", "`own:Protocol` never holds with this operator: its values are texts, for `StringEquals` and its like")]
    [InlineData("""{"IpAddress": {"own:FromPort": "10.0.0.0/8"}}""", "`own:FromPort` never holds with this operator: its values are numbers, for `NumericEquals` and its like")]
    [InlineData("""{"NotIpAddress": {"own:AnySource": "10.0.0.0/8"}}""", "`own:AnySource` never holds with this operator: its values are `true` and `false`, for `Bool`")]
    [InlineData("""{"ArnLike": {"own:SourceCidr": "*"}}""", "`own:SourceCidr` never holds with this operator: its values are blocks of addresses, for `IpAddress` and `NotIpAddress`")]
    [InlineData("""{"DateLessThan": {"own:FromPort": "2026-01-01"}}""", "`own:FromPort` never holds with this operator: its values are numbers, for `NumericEquals` and its like")]
    [InlineData("""{"StringEquals": {"own:Protocol": ["tcp", "TCP"]}}""", "`own:Protocol` is never `TCP`: its values are `tcp`, `udp`")]
    [InlineData("""{"StringNotEquals": {"own:protocol": "6"}}""", "`own:protocol` is never `6`: its values are `tcp`, `udp`")]
    [InlineData("""{"StringEqualsIgnoreCase": {"own:Protocol": "t c p"}}""", "`own:Protocol` is never `t c p`: its values are `tcp`, `udp`")]
    [InlineData("""{"ForAnyValue:StringLike": {"own:Protocol": "t*x"}}""", "`own:Protocol` is never `t*x`: its values are `tcp`, `udp`")]
    [InlineData("""{"StringEquals": {"own:AnySource": "True"}}""", "`own:AnySource` is never `True`: its values are `true`, `false`")]
    public void A_use_that_could_guard_nothing_is_named(string condition, string problem) => Assert.Equal($"Statement[0]: {problem}", Assert.Single(ProblemsOf(condition)).ToString());

    [Theory]
    [InlineData("own:DetachInstanc", "`own:detachinstanc` is not an action: did you mean `own:DetachInstance`?")]
    [InlineData("OWN:Detach*X", "`own:detach*x` is not an action: there are `own:AttachInstance`, `own:DetachInstance`, `own:GetStatus`")]
    [InlineData("own:Get?tatu", "`own:get?tatu` is not an action: did you mean `own:GetStatus`?")]
    public void An_action_that_there_is_not_is_named(string action, string problem)
    {
        foreach (var member in (string[])["Action", "NotAction"])
        {
            Assert.Equal($"Statement[0]: {problem}", Assert.Single(Actions.ProblemsOf(Document($$"""{"Version": "2012-10-17", "Statement": {"Effect": "Deny", "{{member}}": ["aws:x", "{{action}}"], "Resource": "*"} }"""))).ToString());
        }
    }

    [Fact]
    public void Actions_that_there_are_may_be_named_by_patterns_too_and_those_of_others_may_be_anything() => Assert.Empty(Actions.ProblemsOf(
        Document("""{"Version": "2012-10-17", "Statement": {"Effect": "Deny", "Action": ["own:attachinstance", "own:*", "own:?etachInstance", "owner:X", "o*:X", "*"], "Resource": "*"} }""")));

    [Fact]
    public void Of_very_many_problems_the_first_hundred_are_named()
    {
        var names = new OwnNames(Keys, Actions);
        Assert.Equal(100, Of(60, 40).Length);
        var more = Of(60, 5000);
        Assert.Equal((101, "and more problems of this kind"), (more.Length, more[^1].ToString()));
        Assert.Equal(Of(60, 40), more[..100]);

        ImmutableArray<PolicyProblem> Of(int keys, int actions) => names.ProblemsOf(Document(
            $$"""{"Version": "2012-10-17", "Statement": {"Effect": "Deny", "Action": [{{Many(actions, at => $"\"own:x{at}\"")}}], "Resource": "*", "Condition": {"StringEquals": { {{Many(keys, at => $"\"own:x{at}\": \"\"")}} } } } }"""));

        static string Many(int count, Func<int, string> one) => string.Join(", ", Enumerable.Range(0, count).Select(one));
    }

    private static IEnumerable<PolicyProblem> ProblemsOf(string condition) =>
        Keys.ProblemsOf(Document($$"""{"Version": "2012-10-17", "Statement": {"Effect": "Deny", "Action": "*", "Resource": "*", "Condition": {{condition}} } }"""));
}
