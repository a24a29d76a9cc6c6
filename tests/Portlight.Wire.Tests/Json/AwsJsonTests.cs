using System.Text;
using CsCheck;
using Portlight.Wire.Lightsail;
using OwnJson = Portlight.Wire.PortlightApi.PortlightJson;

namespace Portlight.Wire.Tests.Json;

public sealed class AwsJsonTests
{
    private static PutInstancePublicPortsRequest Read(string body)
    {
        Assert.True(
            AwsJson.TryRead(Encoding.UTF8.GetBytes(body), LightsailJson.Default.PutInstancePublicPortsRequest, out var value, out var problem),
            problem?.Message);
        return value;
    }

    private static string Refused(string body) => Refused(Encoding.UTF8.GetBytes(body));

    private static string Refused(byte[] body)
    {
        Assert.False(AwsJson.TryRead(body, LightsailJson.Default.PutInstancePublicPortsRequest, out _, out var problem));
        return problem.Message;
    }

    [Fact]
    public void Reads_a_whole_put()
    {
        var put = Read("""
            {"instanceName":"web-1","portInfos":[{"fromPort":80,"toPort":90,"protocol":"TCP","cidrs":["10.0.0.0/8"],"ipv6Cidrs":[],"cidrListAliases":["lightsail-connect"]}]}
            """);

        Assert.Equal("web-1", put.InstanceName);
        var rule = Assert.Single(put.PortInfos!);
        Assert.Equal((80, 90, "TCP"), (rule.FromPort, rule.ToPort, rule.Protocol));
        Assert.Equal(["10.0.0.0/8"], rule.Cidrs!);
        Assert.Empty(rule.Ipv6Cidrs!);
        Assert.Equal(["lightsail-connect"], rule.CidrListAliases!);
    }

    [Fact]
    public void An_empty_body_is_an_empty_object() => Assert.Null(Read("").InstanceName);

    [Fact]
    public void Unknown_members_and_nulls_are_ignored()
    {
        var put = Read("""{"instanceName":"a","colour":{"x":[null,1]},"colour":"null","portInfos":null,"size":null}""");

        Assert.Equal("a", put.InstanceName);
        Assert.Null(put.PortInfos);
    }

    [Theory]
    [InlineData("""{"instanceName":5}""", "`instanceName` must be a string, not a number")]
    [InlineData("""{"portInfos":{}}""", "`portInfos` must be a list, not an object")]
    [InlineData("""{"portInfos":"x"}""", "`portInfos` must be a list, not a string")]
    [InlineData("""{"portInfos":[7]}""", "`portInfos[0]` must be an object, not a number")]
    [InlineData("""{"portInfos":[{"fromPort":"80"}]}""", "`portInfos[0].fromPort` must be an integer, not a string")]
    [InlineData("""{"portInfos":[{"fromPort":true}]}""", "`portInfos[0].fromPort` must be an integer, not true or false")]
    [InlineData("""{"portInfos":[{"fromPort":80.5}]}""", "`portInfos[0].fromPort` must be an integer, not a fraction, exponent or number beyond its range")]
    [InlineData("""{"portInfos":[{"fromPort":8e1}]}""", "`portInfos[0].fromPort` must be an integer, not a fraction, exponent or number beyond its range")]
    [InlineData("""{"portInfos":[{"fromPort":99999999999}]}""", "`portInfos[0].fromPort` must be an integer, not a fraction, exponent or number beyond its range")]
    [InlineData("""{"portInfos":[null]}""", "`portInfos[0]` must be an object, not null")]
    [InlineData("""{"portInfos":[{"cidrs":["10.0.0.0/8",null]}]}""", "`portInfos[0].cidrs[1]` must be a string, not null")]
    [InlineData("""{"portInfos":[{"cidrs":"10.0.0.0/8"}]}""", "`portInfos[0].cidrs` must be a list, not a string")]
    [InlineData("""{"instanceName":"a","instanceName":"b"}""", "`instanceName` is given twice")]
    [InlineData("""{"portInfos":[],"portInfos":null}""", "`portInfos` is given twice")]
    [InlineData("""{"instanceName":"a","instance\u004eame":"b"}""", "`instanceName` is given twice")]
    [InlineData("""{"instanceName":"\ud800"}""", "`instanceName` must be a string, not a string that is not valid Unicode")]
    [InlineData("""[]""", "the request body must be an object, not a list")]
    [InlineData("null", "the request body must be an object, not null")]
    [InlineData("7", "the request body must be an object, not a number")]
    public void Names_what_is_wrong_by_its_path(string body, string expected) => Assert.Equal(expected, Refused(body));

    [Fact]
    public void A_list_of_numbers_of_which_some_are_not_known_holds_null_where_its_shape_says_so()
    {
        const string Body = """{"begin":1,"stepSeconds":900,"refused":[null,0,7]}""";
        Assert.True(AwsJson.TryRead(Encoding.UTF8.GetBytes(Body), OwnJson.Default.GetPortTrafficResponse, out var value, out var problem), problem?.Message);
        Assert.Equal([null, 0, 7], value.Refused);
        Assert.False(AwsJson.TryRead(Encoding.UTF8.GetBytes(Body.Replace("7", "true", StringComparison.Ordinal)), OwnJson.Default.GetPortTrafficResponse, out _, out problem));
        Assert.Equal("`refused[2]` must be an integer, not true or false", problem.Message);
    }

    [Fact]
    public void Names_every_mismatch_not_the_first() => Assert.Equal(
        "`instanceName` must be a string, not a number; `portInfos[0].fromPort` must be an integer, not a string; `portInfos[1].protocol` must be a string, not a list",
        Refused("""{"instanceName":1,"portInfos":[{"fromPort":"1"},{"protocol":[]}]}"""));

    [Theory]
    [InlineData("{")]
    [InlineData("{}{}")]
    [InlineData("{} x")]
    [InlineData("{'a':1}")]
    [InlineData("""{"instanceName":"a",}""")]
    [InlineData("""{/* */}""")]
    [InlineData("\ufeff{}")]
    [InlineData(" ")]
    public void Refuses_what_is_not_one_json_object(string body) =>
        Assert.StartsWith("the request body is not", Refused(body), StringComparison.Ordinal);

    [Fact]
    public void Refuses_bytes_that_are_not_utf8_wherever_they_stand() => Assert.Equal(
        "the request body is not valid UTF-8",
        Refused([.. "{\"unknown\":\""u8, 0xC3, 0x28, .. "\"}"u8]));

    [Fact]
    public void Refuses_deep_nesting() => Assert.Contains(
        "nesting at most 32",
        Refused("{\"x\":" + new string('[', 100) + new string(']', 100) + "}"),
        StringComparison.Ordinal);

    [Fact]
    public void Random_bytes_give_a_value_or_a_problem_and_nothing_else() => Gen.Byte.Array[0, 60].Sample(bytes =>
    {
        var read = AwsJson.TryRead(bytes, LightsailJson.Default.PutInstancePublicPortsRequest, out var value, out var problem);
        return read ? value is not null && problem is null : value is null && problem!.Message.Length > 0;
    });

    [Fact]
    public void Damaged_requests_give_a_value_or_a_problem_and_nothing_else()
    {
        var whole = """{"instanceName":"web-\u0031","portInfos":[{"fromPort":80,"toPort":90,"protocol":"TCP","cidrs":["10.0.0.0/8",null]},null]}"""u8.ToArray();
        Gen.Select(Gen.Int[0, whole.Length - 1], Gen.Byte, Gen.Int[0, whole.Length]).Sample((at, with, cut) =>
        {
            var damaged = whole.ToArray();
            damaged[at] = with;
            var read = AwsJson.TryRead(damaged.AsSpan(0, cut == at ? cut : damaged.Length), LightsailJson.Default.PutInstancePublicPortsRequest, out var value, out var problem);
            return read ? value is not null : problem!.Message.Length > 0;
        });
    }

    [Fact]
    public void Writing_then_reading_a_put_gives_the_same_put() => Requests.Put.Sample(put =>
    {
        var bytes = AwsJson.ToBytes(put, LightsailJson.Default.PutInstancePublicPortsRequest);
        Assert.True(AwsJson.TryRead(bytes, LightsailJson.Default.PutInstancePublicPortsRequest, out var again, out _));
        Assert.Equal(bytes, AwsJson.ToBytes(again, LightsailJson.Default.PutInstancePublicPortsRequest));
        Assert.Equal(put.InstanceName, again.InstanceName);
        Assert.Equal(put.PortInfos?.Count, again.PortInfos?.Count);
        foreach (var (left, right) in (put.PortInfos ?? []).Zip(again.PortInfos ?? []))
        {
            Assert.Equal((left.FromPort, left.ToPort, left.Protocol), (right.FromPort, right.ToPort, right.Protocol));
            Assert.Equal(left.Cidrs, right.Cidrs);
            Assert.Equal(left.Ipv6Cidrs, right.Ipv6Cidrs);
            Assert.Equal(left.CidrListAliases, right.CidrListAliases);
        }
    });
}
