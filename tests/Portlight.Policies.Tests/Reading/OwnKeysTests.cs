using System.Collections.Immutable;
using static Portlight.Policies.Tests.Given;

namespace Portlight.Policies.Tests.Reading;

/// <summary>Keys of a service's own namespace: what is misspelt or compared as what it never is could guard nothing.</summary>
public sealed class OwnKeysTests
{
    private static readonly OwnKeys Keys = new("own:", new Dictionary<string, KeyValueKind>
    {
        ["own:Protocol"] = KeyValueKind.Text,
        ["own:FromPort"] = KeyValueKind.Number,
        ["own:SourceCidr"] = KeyValueKind.Address,
        ["own:AnySource"] = KeyValueKind.Truth,
    }.ToImmutableDictionary());

    [Theory]
    [InlineData("""{"StringEquals": {"own:Protocol": "tcp", "OWN:PROTOCOL": "udp"}, "NumericLessThanIfExists": {"own:fromport": 22}, "Bool": {"own:AnySource": true}}""")]
    [InlineData("""{"ForAnyValue:NotIpAddress": {"own:SourceCidr": "10.0.0.0/8"}, "ForAnyValue:StringEquals": {"own:SourceCidr": "an-alias"}, "Null": {"own:FromPort": "true"}}""")]
    [InlineData("""{"StringEquals": {"own:FromPort": "22", "aws:Protocl": "x", "owner:Protocl": "x", "aws:PrincipalTag/own:x": "${own:Protocol}"}}""")]
    public void Keys_that_there_are_may_be_asked_for(string condition) => Assert.Empty(ProblemsOf(condition));

    [Theory]
    [InlineData("""{"StringEquals": {"own:Protocl": "tcp"}}""", "`own:Protocl` is no condition key: did you mean `own:Protocol`?")]
    [InlineData("""{"Null": {"own:SourceCidrs": "true"}}""", "`own:SourceCidrs` is no condition key: did you mean `own:SourceCidr`?")]
    [InlineData("""{"StringEquals": {"own:Protocol/x": "tcp"}}""", "`own:Protocol/x` is no condition key: did you mean `own:Protocol`?")]
    [InlineData("""{"StringEquals": {"own:Weather": "fair"}}""", "`own:Weather` is no condition key: there are `own:AnySource`, `own:FromPort`, `own:Protocol`, `own:SourceCidr`")]
    [InlineData("""{"StringEquals": {"aws:username": "${own:Prtocol}"}}""", "`own:Prtocol` is no condition key: did you mean `own:Protocol`?")]
    [InlineData("""{"NumericEquals": {"own:Protocol": 6}}""", "`own:Protocol` never holds with this operator: its values are texts, for `StringEquals` and its like")]
    [InlineData("""{"IpAddress": {"own:FromPort": "10.0.0.0/8"}}""", "`own:FromPort` never holds with this operator: its values are numbers, for `NumericEquals` and its like")]
    [InlineData("""{"NotIpAddress": {"own:AnySource": "10.0.0.0/8"}}""", "`own:AnySource` never holds with this operator: its values are `true` and `false`, for `Bool`")]
    [InlineData("""{"ArnLike": {"own:SourceCidr": "*"}}""", "`own:SourceCidr` never holds with this operator: its values are blocks of addresses, for `IpAddress` and `NotIpAddress`")]
    [InlineData("""{"DateLessThan": {"own:FromPort": "2026-01-01"}}""", "`own:FromPort` never holds with this operator: its values are numbers, for `NumericEquals` and its like")]
    public void A_use_that_could_guard_nothing_is_named(string condition, string problem) => Assert.Equal($"Statement[0]: {problem}", Assert.Single(ProblemsOf(condition)).ToString());

    private static ImmutableArray<PolicyProblem> ProblemsOf(string condition) =>
        Keys.ProblemsOf(Document($$"""{"Version": "2012-10-17", "Statement": {"Effect": "Deny", "Action": "*", "Resource": "*", "Condition": {{condition}} } }"""));
}
