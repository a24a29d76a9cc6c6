using Portlight.Server.Tests.Confirming;
using Portlight.Server.Tests.Iam;
using Portlight.Wire.Lightsail;
using Portlight.Wire.PortlightApi;
using Portlight.Wire.SigV4;
using Json = Portlight.Wire.PortlightApi.PortlightJson;

namespace Portlight.Server.Tests.Names;

public sealed class AddressBookTests
{
    [Fact]
    public async Task A_name_stands_for_addresses_of_both_families_until_it_is_given_to_others_or_forgotten()
    {
        await using var server = await ServerHarness.StartAsync();
        await PutNetworkAsync(server, "office", ["203.0.113.7/24", "198.51.100.23"], ["2001:db8::1/32"]);
        await PutNetworkAsync(server, "Backup", ["192.0.2.9"]);

        Assert.Equal(["Backup: 192.0.2.9/32", "office: 198.51.100.23/32 203.0.113.0/24 2001:db8::/32"], await NetworksAsync(server));
        await PutNetworkAsync(server, "OFFICE", ["192.0.2.0/24"]);
        Assert.Equal(["Backup: 192.0.2.9/32", "OFFICE: 192.0.2.0/24"], await NetworksAsync(server));
        var gone = await server.Client().SendAsync(
            "Portlight_20261122.DeleteNamedNetwork", new() { NetworkName = "office" }, Json.Default.DeleteNamedNetworkRequest, Json.Default.DeleteNamedNetworkResponse, TestContext.Current.CancellationToken);

        Assert.Equal("OFFICE", gone.Network.Name);
        Assert.Equal(["Backup: 192.0.2.9/32"], await NetworksAsync(server));
        Assert.Equal("NotFoundException", (await server.AskAsync(server.Credentials, "DeleteNamedNetwork", """{"networkName":"office"}""", ConfirmCalls.Own)).Type);
    }

    [Fact]
    public async Task Rules_keep_addresses_whatever_becomes_of_the_name()
    {
        await using var server = await ServerHarness.StartAsync();
        await server.AddInstanceAsync("web-1");
        await PutNetworkAsync(server, "office", ["203.0.113.0/24"]);
        var before = server.Find()!.Ports;

        await PutNetworkAsync(server, "office", ["192.0.2.0/24"]);

        Assert.Equal(before, server.Find()!.Ports);
        Assert.Equal("InvalidInputException", (await server.AskAsync(server.Credentials, "OpenInstancePublicPorts", """{"instanceName":"web-1","portInfo":{"fromPort":22,"toPort":22,"protocol":"tcp","cidrs":["office"]}}""")).Type);
    }

    [Fact]
    public async Task A_template_keeps_rules_as_an_instance_would_and_opens_nothing()
    {
        await using var server = await ServerHarness.StartAsync();
        await server.AddInstanceAsync("web-1");
        var before = server.Find()!.Ports;

        var answer = await server.Client().SendAsync(
            "Portlight_20261122.PutPortTemplate",
            new() { TemplateName = "web", PortInfos = [new PortInfo { FromPort = 443, ToPort = 443, Protocol = "TCP" }, new PortInfo { FromPort = 22, ToPort = 22, Protocol = "tcp", Cidrs = ["203.0.113.9/24"] }] },
            Json.Default.PutPortTemplateRequest, Json.Default.PutPortTemplateResponse, TestContext.Current.CancellationToken);

        Assert.Equal(["22 203.0.113.0/24", "443 0.0.0.0/0 ::/0"], answer.Template.PortStates.Select(state => $"{state.FromPort} {string.Join(' ', state.Cidrs.Concat(state.Ipv6Cidrs))}").Order(StringComparer.Ordinal));
        Assert.Equal("web", Assert.Single((await BookAsync(server)).Templates).Name);
        Assert.Equal(before, server.Find()!.Ports);
        Assert.True((await server.AskAsync(server.Credentials, "DeletePortTemplate", """{"templateName":"WEB"}""", ConfirmCalls.Own)).IsOk);
        Assert.Empty((await BookAsync(server)).Templates);
    }

    [Theory]
    [InlineData("PutNamedNetwork", """{"networkName":"10.0.0.1","cidrs":["192.0.2.1"]}""", "networkName")]
    [InlineData("PutNamedNetwork", """{"networkName":"two words","cidrs":["192.0.2.1"]}""", "networkName")]
    [InlineData("PutNamedNetwork", """{"networkName":"Lightsail-Connect","cidrs":["192.0.2.1"]}""", "alias")]
    [InlineData("PutNamedNetwork", """{"cidrs":["192.0.2.1"]}""", "networkName")]
    [InlineData("PutNamedNetwork", """{"networkName":"office"}""", "no address")]
    [InlineData("PutNamedNetwork", """{"networkName":"office","cidrs":["192.0.2.1","010.0.0.1"]}""", "cidrs[1]")]
    [InlineData("PutNamedNetwork", """{"networkName":"office","cidrs":["0.0.0.0/0"]}""", "everyone")]
    [InlineData("PutNamedNetwork", """{"networkName":"office","ipv6Cidrs":["192.0.2.1"]}""", "ipv6Cidrs[0]")]
    [InlineData("PutPortTemplate", """{"templateName":"web","portInfos":[]}""", "portInfos")]
    [InlineData("PutPortTemplate", """{"templateName":"web","portInfos":[{"fromPort":70000,"toPort":70000,"protocol":"tcp"}]}""", "portInfos[0]")]
    public async Task What_is_no_name_or_stands_for_nothing_is_refused(string operation, string body, string told)
    {
        await using var server = await ServerHarness.StartAsync();

        var refused = await server.AskAsync(server.Credentials, operation, body, ConfirmCalls.Own);

        Assert.Equal("InvalidInputException", refused.Type);
        Assert.Contains(told, refused.Message, StringComparison.Ordinal);
        Assert.Empty(await NetworksAsync(server));
    }

    [Fact]
    public async Task A_book_has_an_end()
    {
        await using var server = await ServerHarness.StartAsync();
        await PutNetworkAsync(server, "most", [.. Enumerable.Range(0, 1_998).Select(number => $"10.0.{number / 256}.{number % 256}")]);

        var refused = await server.AskAsync(server.Credentials, "PutNamedNetwork", """{"networkName":"more","cidrs":["192.0.2.1"]}""", ConfirmCalls.Own);

        Assert.Contains("2001", refused.Message, StringComparison.Ordinal);
        await PutNetworkAsync(server, "most", ["192.0.2.1"]);
        await PutNetworkAsync(server, "more", ["192.0.2.1"]);
    }

    [Fact]
    public async Task It_is_read_and_changed_by_those_whom_policies_allow_it()
    {
        await using var server = await ServerHarness.StartAsync();
        await PutNetworkAsync(server, "office", ["203.0.113.0/24"]);
        var reader = await server.AddUserAsync("reader", ["""{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"portlight:GetAddressBook","Resource":"*"}]}"""]);
        var writer = await server.AddUserAsync("writer", ["""{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"portlight:PutNamedNetwork","Resource":"*"}]}"""]);

        Assert.Single((await BookAsync(server, reader)).Networks);
        Assert.Contains("portlight:PutNamedNetwork", (await server.AskAsync(reader, "PutNamedNetwork", """{"networkName":"home","cidrs":["192.0.2.1"]}""", ConfirmCalls.Own)).Message, StringComparison.Ordinal);
        Assert.True((await server.AskAsync(writer, "PutNamedNetwork", """{"networkName":"home","cidrs":["192.0.2.1"]}""", ConfirmCalls.Own)).IsOk);
        Assert.Contains("portlight:DeleteNamedNetwork", (await server.AskAsync(writer, "DeleteNamedNetwork", """{"networkName":"home"}""", ConfirmCalls.Own)).Message, StringComparison.Ordinal);
    }

    private static async Task<IReadOnlyList<string>> NetworksAsync(ServerHarness server) =>
        [.. (await BookAsync(server)).Networks.Select(network => $"{network.Name}: {string.Join(' ', network.Cidrs.Concat(network.Ipv6Cidrs))}")];

    private static Task<GetAddressBookResponse> BookAsync(ServerHarness server, AwsCredentials? caller = null) => server.Client(caller).SendAsync(
        "Portlight_20261122.GetAddressBook", new(), Json.Default.GetAddressBookRequest, Json.Default.GetAddressBookResponse, TestContext.Current.CancellationToken);

    private static Task<PutNamedNetworkResponse> PutNetworkAsync(ServerHarness server, string name, string[] cidrs, string[]? ipv6 = null) => server.Client().SendAsync(
        "Portlight_20261122.PutNamedNetwork", new() { NetworkName = name, Cidrs = cidrs, Ipv6Cidrs = ipv6 }, Json.Default.PutNamedNetworkRequest, Json.Default.PutNamedNetworkResponse, TestContext.Current.CancellationToken);
}
