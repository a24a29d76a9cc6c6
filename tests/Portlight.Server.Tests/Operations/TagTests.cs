namespace Portlight.Server.Tests.Operations;

public sealed class TagTests
{
    [Fact]
    public async Task Tags_are_added_replaced_and_removed()
    {
        await using var server = await ServerHarness.StartAsync();
        await server.CreateRunningAsync("web-1", more: ""","tags":[{"key":"env","value":"prod"}]""");

        Assert.Equal(
            "TagResource Instance web-1 in us-east-1a: Succeeded, terminal",
            (await server.SendAsync("TagResource", """{"resourceName":"web-1","tags":[{"key":"env","value":"dev"},{"key":"team"}]}""")).GetProperty("operations")[0].Record());
        Assert.Equal("""[{"key":"env","value":"dev"},{"key":"team"}]""", (await server.InstanceAsync("web-1")).GetProperty("tags").GetRawText());

        Assert.Equal(
            "UntagResource Instance web-1 in us-east-1a: Succeeded, terminal",
            (await server.SendAsync("UntagResource", """{"resourceName":"web-1","tagKeys":["env","never-there"]}""")).GetProperty("operations")[0].Record());
        Assert.Equal("""[{"key":"team"}]""", (await server.InstanceAsync("web-1")).GetProperty("tags").GetRawText());
    }

    [Fact]
    public async Task Key_pairs_have_tags_and_static_ips_have_none()
    {
        await using var server = await ServerHarness.StartAsync();
        await server.SendAsync("ImportKeyPair", $$"""{"keyPairName":"my-key","publicKeyBase64":"{{KeyPairTests.PublicKey}}"}""");
        Assert.Equal("TagResource KeyPair my-key in all: Succeeded, terminal", (await server.SendAsync("TagResource", """{"resourceName":"my-key","tags":[{"key":"a"}]}""")).GetProperty("operations")[0].Record());
        Assert.Equal("""[{"key":"a"}]""", (await server.SendAsync("GetKeyPair", """{"keyPairName":"my-key"}""")).GetProperty("keyPair").GetProperty("tags").GetRawText());
        await server.SendAsync("AllocateStaticIp", """{"staticIpName":"ip-1"}""");
        Assert.Equal("The StaticIp ip-1 cannot be tagged; instances and key pairs can", (await server.RefuseAsync("TagResource", """{"resourceName":"ip-1","tags":[{"key":"a"}]}""")).Message);
    }

    [Fact]
    public async Task The_arn_must_be_the_resources_own_when_it_is_given()
    {
        await using var server = await ServerHarness.StartAsync();
        await server.CreateRunningAsync("web-1");
        var arn = (await server.InstanceAsync("web-1")).Text("arn");
        await server.SendAsync("TagResource", $$"""{"resourceName":"web-1","resourceArn":"{{arn}}","tags":[{"key":"a"}]}""");
        Assert.StartsWith("resourceArn: is not the ARN of web-1", (await server.RefuseAsync("UntagResource", $$"""{"resourceName":"web-1","resourceArn":"{{arn}}x","tagKeys":["a"]}""")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_bad_tag_is_named_and_nothing_is_written()
    {
        await using var server = await ServerHarness.StartAsync();
        await server.CreateRunningAsync("web-1");
        var revision = server.Server.Store.Revision;
        Assert.Equal(
            "tags[0].key: `aws:a` must not begin with aws:, which is reserved; tags[2].value: `<x>` must have at most 256 letters, numbers, spaces or any of + - = . _ : / @; tags[3].key: `ok` is named twice; each key may be named once",
            (await server.RefuseAsync("TagResource", """{"resourceName":"web-1","tags":[{"key":"aws:a"},{"key":"ok"},{"key":"b","value":"<x>"},{"key":"ok"}]}""")).Message);
        Assert.Equal("resourceName: is missing; tags: is missing or empty; at least one tag is wanted", (await server.RefuseAsync("TagResource")).Message);
        Assert.Equal("tagKeys: is missing or empty; at least one key is wanted", (await server.RefuseAsync("UntagResource", """{"resourceName":"web-1","tagKeys":[]}""")).Message);
        Assert.Equal(new("NotFoundException", "DoesNotExist", "The resource does not exist: web-9"), await server.RefuseAsync("TagResource", """{"resourceName":"web-9","tags":[{"key":"a"}]}"""));
        Assert.Equal(revision, server.Server.Store.Revision);
    }

    [Fact]
    public async Task Fifty_tags_are_allowed_and_not_one_more()
    {
        await using var server = await ServerHarness.StartAsync();
        await server.CreateRunningAsync("web-1");
        var fifty = string.Join(",", Enumerable.Range(1, 50).Select(i => $$"""{"key":"key{{i}}"}"""));
        await server.SendAsync("TagResource", $$"""{"resourceName":"web-1","tags":[{{fifty}}]}""");
        Assert.Equal("tags: would give the resource 51 tags; at most 50 are allowed", (await server.RefuseAsync("TagResource", """{"resourceName":"web-1","tags":[{"key":"more"}]}""")).Message);
    }
}
