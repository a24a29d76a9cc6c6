using System.Text;

namespace Portlight.Server.Tests;

/// <summary>Whatever a body holds, the answer is a documented error, nothing is written and nothing changes in the kernel.</summary>
public sealed class BadInputTests
{
    public static TheoryData<string, string, string> Bodies => new()
    {
        { """{"instanceName":"web-1","portInfos":[{"fromPort":65536,"toPort":65536,"protocol":"tcp"}]}""", "InvalidInputException", "portInfos[0].fromPort" },
        { """{"instanceName":"web-1","portInfos":[{"fromPort":-1,"toPort":22,"protocol":"tcp"}]}""", "InvalidInputException", "portInfos[0].fromPort" },
        { """{"instanceName":"web-1","portInfos":[{"fromPort":80,"toPort":22,"protocol":"tcp"}]}""", "InvalidInputException", "portInfos[0].fromPort" },
        { """{"instanceName":"web-1","portInfos":[{"fromPort":22,"toPort":22,"protocol":"sctp"}]}""", "InvalidInputException", "portInfos[0].protocol" },
        { """{"instanceName":"web-1","portInfos":[{"fromPort":22,"toPort":22,"protocol":"tcp","cidrs":["10.0.0.0/33"]}]}""", "InvalidInputException", "portInfos[0].cidrs[0]" },
        { """{"instanceName":"web-1","portInfos":[{"fromPort":22,"toPort":22,"protocol":"tcp","cidrs":["::/0"]}]}""", "InvalidInputException", "portInfos[0].cidrs[0]" },
        { """{"instanceName":"web-1","portInfos":[{"fromPort":22,"toPort":22,"protocol":"tcp","cidrs":["010.0.0.1"]}]}""", "InvalidInputException", "portInfos[0].cidrs[0]" },
        { """{"instanceName":"web-1","portInfos":[{"fromPort":22,"toPort":22,"protocol":"tcp","cidrs":["10.1"]}]}""", "InvalidInputException", "portInfos[0].cidrs[0]" },
        { """{"instanceName":"web-1","portInfos":[{"fromPort":22,"toPort":22,"protocol":"tcp","ipv6Cidrs":["::ffff:10.0.0.1"]}]}""", "InvalidInputException", "portInfos[0].ipv6Cidrs[0]" },
        { """{"instanceName":"web-1","portInfos":[{"fromPort":22,"toPort":22,"protocol":"tcp","ipv6Cidrs":["fe80::1%eth0"]}]}""", "InvalidInputException", "portInfos[0].ipv6Cidrs[0]" },
        { """{"instanceName":"web-1","portInfos":[{"fromPort":22,"toPort":22,"protocol":"tcp","cidrListAliases":["lightsail-disconnect"]}]}""", "InvalidInputException", "portInfos[0].cidrListAliases[0]" },
        { """{"instanceName":"web-1","portInfos":[{"fromPort":22,"toPort":22,"protocol":"tcp","cidrs":[],"ipv6Cidrs":[],"cidrListAliases":[]}]}""", "InvalidInputException", "portInfos[0]" },
        { """{"instanceName":"web-1"}""", "InvalidInputException", "portInfos" },
        { """{"portInfos":[]}""", "InvalidInputException", "instanceName" },
        { """{"instanceName":"../etc/passwd","portInfos":[]}""", "InvalidInputException", "is not a valid resource name" },
        { """{"instanceName":"web;reboot","portInfos":[]}""", "InvalidInputException", "is not a valid resource name" },
        { """{"instanceName":"$(reboot)","portInfos":[]}""", "InvalidInputException", "is not a valid resource name" },
        { """{"instanceName":"w","portInfos":[]}""", "InvalidInputException", "is not a valid resource name" },
        { """{"instanceName":"web-1","instanceName":"web-2","portInfos":[]}""", "SerializationException", "instanceName" },
        { """{"instanceName":"web-1","portInfos":[{"fromPort":"22","toPort":22,"protocol":"tcp"}]}""", "SerializationException", "fromPort" },
        { """{"instanceName":"web-1","portInfos":[{"fromPort":22.5,"toPort":22,"protocol":"tcp"}]}""", "SerializationException", "fromPort" },
        { """{"instanceName":"web-1","portInfos":{"fromPort":22}}""", "SerializationException", "portInfos" },
        { """{"instanceName":"web-1","portInfos":[null]}""", "SerializationException", "portInfos" },
        { """["web-1"]""", "SerializationException", "must be an object, not a list" },
        { """{"instanceName":"web-1","portInfos":[]""", "SerializationException", "line 1, byte 3" },
        { "\uFEFF{}", "SerializationException", "line 1, byte 1" },
    };

    [Theory]
    [MemberData(nameof(Bodies))]
    public async Task A_bad_body_is_refused_by_name_and_nothing_changes(string body, string type, string names)
    {
        await using var server = await ServerHarness.StartAsync();
        var instance = await server.AddInstanceAsync("web-1");
        await server.Server.Hosts.Local.ConfirmAsync(instance.Revision, TimeSpan.FromMinutes(1));

        var (status, error) = await server.SendRefusedAsync(server.Request("Lightsail_20161128.PutInstancePublicPorts", Encoding.UTF8.GetBytes(body)));

        Assert.Equal((400, type), (status, error.Type));
        Assert.Contains(names, error.Message, StringComparison.Ordinal);
        Assert.Equal(instance.Revision, server.Server.Store.Revision);
        Assert.Equal(instance.Revision, server.Agent.Applied[instance.Index].Revision);
    }

    [Theory]
    [InlineData("Lightsail_20161128.PutInstancePublicPorts", """{"instanceName":"-","portInfos":[{"fromPort":9,"toPort":7,"protocol":"tcp"},{"protocol":"sctp"}]}""", "- is not a valid resource name", "portInfos[0].fromPort", "portInfos[1].protocol")]
    [InlineData("Lightsail_20161128.PutInstancePublicPorts", "{}", "instanceName: is missing", "portInfos: is missing")]
    [InlineData("Lightsail_20161128.OpenInstancePublicPorts", """{"portInfo":{"fromPort":9,"toPort":7,"protocol":"tcp"}}""", "instanceName: is missing", "portInfo.fromPort")]
    [InlineData("Lightsail_20161128.CloseInstancePublicPorts", """{"instanceName":"a b"}""", "a b is not a valid resource name", "portInfo: is missing")]
    [InlineData("Portlight_20261122.ApplyPorts", """{"instanceName":"a b"}""", "a b is not a valid resource name", "; ")]
    [InlineData(
        "Portlight_20261122.AttachInstance", """{"instanceName":"-","addresses":["x"],"privateCidrs":["y"],"portInfos":[{"protocol":"sctp"}]}""",
        "- is not a valid resource name", "portInfos[0].protocol", "addresses[0]: `x` is not", "privateCidrs[0]: `y` is not", "interfaceName")]
    public async Task Everything_that_the_request_alone_shows_is_named_at_once(string target, string body, params string[] named)
    {
        await using var server = await ServerHarness.StartAsync();

        var (status, error) = await server.SendRefusedAsync(server.Request(target, Encoding.UTF8.GetBytes(body)));

        Assert.Equal((400, "InvalidInputException"), (status, error.Type));
        Assert.All(named, problem => Assert.Contains(problem, error.Message, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Bytes_that_are_no_UTF8_and_nesting_without_end_are_refused()
    {
        await using var server = await ServerHarness.StartAsync();
        byte[][] bodies = [[0x7B, 0xFF, 0xFE, 0x7D], Encoding.ASCII.GetBytes(new string('[', 100_000)), Encoding.ASCII.GetBytes("{\"portInfos\":" + new string('[', 5000))];

        foreach (var body in bodies)
        {
            var (status, error) = await server.SendRefusedAsync(server.Request("Lightsail_20161128.PutInstancePublicPorts", body));
            Assert.Equal((400, "SerializationException"), (status, error.Type));
        }
    }

    [Fact]
    public async Task Members_that_nobody_knows_are_ignored_as_AWS_does()
    {
        await using var server = await ServerHarness.StartAsync();
        await server.AddInstanceAsync("web-1");

        using var answer = await server.PostAsync("PutInstancePublicPorts", """{"instanceName":"web-1","portInfos":[],"colour":"red","more":{"x":[1,2]}}""");

        Assert.Equal(200, (int)answer.StatusCode);
    }

    [Fact]
    public async Task Sixty_one_sources_of_a_family_are_one_too_many()
    {
        await using var server = await ServerHarness.StartAsync();
        await server.AddInstanceAsync("web-1");
        string Put(int sources) => $$"""{"instanceName":"web-1","portInfos":[{"fromPort":22,"toPort":22,"protocol":"tcp","cidrs":[{{string.Join(',', Enumerable.Range(1, sources).Select(i => $"\"10.0.0.{i}\""))}}]}]}""";

        using var fits = await server.PostAsync("PutInstancePublicPorts", Put(60));
        using var tooMany = await server.PostAsync("PutInstancePublicPorts", Put(61));

        Assert.Equal((200, 400), ((int)fits.StatusCode, (int)tooMany.StatusCode));
    }
}
