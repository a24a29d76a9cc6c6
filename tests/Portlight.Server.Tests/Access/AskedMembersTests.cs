using System.Collections;
using System.Reflection;
using Portlight.AgentProtocol;
using Portlight.Api;
using Portlight.Domain;
using Portlight.Server.Tests.Confirming;
using Portlight.Server.Tests.Iam;
using Portlight.Wire.PortlightApi;
using Attachment = Portlight.Domain.Attachment;

namespace Portlight.Server.Tests.Access;

/// <summary>
/// Everything that a caller can say and that could reach the packet filter: each member of each request that changes something is seen by port guardrails, or
/// stands here with the reason why it need not be. A new member fails until somebody has thought about it.
/// </summary>
public sealed class AskedMembersTests
{
    /// <summary>Members that conditions of <c>portlight:</c> see, or that make another action asked; each is tried below.</summary>
    private static readonly string[] Asked =
    [
        "ApplyPorts.portInfos.fromPort", "ApplyPorts.portInfos.toPort", "ApplyPorts.portInfos.protocol", "ApplyPorts.portInfos.cidrs", "ApplyPorts.portInfos.ipv6Cidrs", "ApplyPorts.portInfos.cidrListAliases",
        "ApplyPorts.open.fromPort", "ApplyPorts.open.toPort", "ApplyPorts.open.protocol", "ApplyPorts.open.cidrs", "ApplyPorts.open.ipv6Cidrs", "ApplyPorts.open.cidrListAliases",
        "ApplyPorts.close.fromPort", "ApplyPorts.close.toPort", "ApplyPorts.close.protocol",
        "AttachInstance.interfaceName", "AttachInstance.thisHost", "AttachInstance.privateCidrs", "AttachInstance.closedNames", "AttachInstance.portInfos.fromPort", "AttachInstance.portInfos.toPort",
        "AttachInstance.portInfos.protocol", "AttachInstance.portInfos.cidrs", "AttachInstance.portInfos.ipv6Cidrs", "AttachInstance.portInfos.cidrListAliases",
        "CloseInstancePublicPorts.portInfo.fromPort", "CloseInstancePublicPorts.portInfo.toPort", "CloseInstancePublicPorts.portInfo.protocol",
        "ConfirmPorts.revert",
        "CreateInstances.blueprintId",
        "OpenInstancePublicPorts.portInfo.fromPort", "OpenInstancePublicPorts.portInfo.toPort", "OpenInstancePublicPorts.portInfo.protocol",
        "OpenInstancePublicPorts.portInfo.cidrs", "OpenInstancePublicPorts.portInfo.ipv6Cidrs", "OpenInstancePublicPorts.portInfo.cidrListAliases",
        "PutInstancePublicPorts.portInfos.fromPort", "PutInstancePublicPorts.portInfos.toPort", "PutInstancePublicPorts.portInfos.protocol",
        "PutInstancePublicPorts.portInfos.cidrs", "PutInstancePublicPorts.portInfos.ipv6Cidrs", "PutInstancePublicPorts.portInfos.cidrListAliases",
    ];

    /// <summary>Operation: members: why no rule of theirs is asked.</summary>
    private const string NotAsked = """
        AllocateStaticIp: staticIpName: an address, attached to nothing
        ApplyPorts: instanceName: what the rules are asked on
        ApplyPorts: close.cidrs, close.ipv6Cidrs, close.cidrListAliases: a Close takes sources away; what it closes shows in ClosesPorts
        ApplyPorts: reason: kept and shown
        ApplyPorts: portInfos.expiresInSeconds, open.expiresInSeconds: when they are closed, which opens nothing
        AttachInstance: instanceName: what the rules are asked on
        AttachInstance: addresses: shown as the instance's, filtered by nothing
        AttachInstance: byName: which device the name is bound to; the one that is found is asked about
        AttachInstance: hostName: the action is asked on the host, too
        AttachInstance: selector: what finds the interface; the one that is found is asked about
        AttachInstance: mayCutSsh, dryRun: change nothing of what is let in
        AttachStaticIp: staticIpName, instanceName: an address; the rules stay as they are, and the action is asked on both
        CloseAccount: accountId: of the owner of the installation alone
        CloseInstancePublicPorts: instanceName: what the rule is asked on
        CloseInstancePublicPorts: portInfo.cidrs, portInfo.ipv6Cidrs, portInfo.cidrListAliases: a Close takes sources away; what it closes shows in ClosesPorts
        ConfirmPorts: instanceName: what is asked on
        CreateAccount: accountId: of the owner of the installation alone
        CreateHostToken: hostName, availabilityZone: of the owner of the installation alone
        CreateInstances: instanceNames, availabilityZone, customImageName, bundleId, userData, keyPairName, addOns: of the machine, not of its ports
        CreateInstances: ipAddressType: which families there are; rules of both are asked
        CreateInstances: tags.key, tags.value: asked as tags, and the host that one names is asked, too; they reach no packet filter
        CreateKeyPair: keyPairName, tags.key, tags.value: no part of an instance
        DeleteInstance: instanceName, forceDeleteAddOns: the action takes the instance away whole
        DeleteNamedNetwork: networkName: rules keep addresses, no names
        DeletePortTemplate: templateName: no instance has rules of it
        DeleteKeyPair: keyPairName, expectedFingerprint: no part of an instance
        DetachInstance: instanceName: the action lets everything in, and is asked by its name
        DetachStaticIp: staticIpName: an address; the rules stay as they are
        DrainHost: hostName, undo: changes where new instances are made, and no rule
        ImportKeyPair: keyPairName, publicKeyBase64: no part of an instance
        OpenInstancePublicPorts: instanceName: what the rule is asked on
        OpenRegion: regionName: of the owner of the installation alone
        PutNamedNetwork: networkName, cidrs, ipv6Cidrs: rules keep addresses, no names
        PutPortTemplate: templateName, portInfos.fromPort, portInfos.toPort, portInfos.protocol, portInfos.cidrs, portInfos.ipv6Cidrs, portInfos.cidrListAliases: kept and shown; a change that is made of them is asked
        PutInstancePublicPorts: instanceName: what the rules are asked on
        RebootInstance: instanceName: nothing of it changes
        ReleaseStaticIp: staticIpName: an address; the rules stay as they are
        RemoveHost: hostName: of the owner of the installation alone
        RevokeHost: hostName: of the owner of the installation alone
        RotateHostAuthority: step: of the owner of the installation alone
        SetIpAddressType: resourceType, resourceName, ipAddressType, acceptBundleUpdate: which families there are; rules of both were asked
        StartInstance: instanceName: the rules that it has were asked
        StopInstance: instanceName, force: the action takes everything away, and is asked by its name
        TagResource: resourceName, resourceArn, tags.key, tags.value: reach no packet filter
        UntagResource: resourceName, resourceArn, tagKeys: reach no packet filter
        UpdateInstanceMetadataOptions: instanceName, httpTokens, httpEndpoint, httpPutResponseHopLimit, httpProtocolIpv6: kept and shown
        """;

    /// <summary>What the agent is told, and by which requests a caller has a say in it.</summary>
    private static readonly Dictionary<string, string> Desired = new()
    {
        ["Index"] = "nobody",
        ["Revision"] = "nobody",
        ["Attachment"] = "AttachInstance, DetachInstance, ConfirmPorts",
        ["Attachment.Interface.Name"] = "AttachInstance",
        ["Attachment.Interface.Addresses"] = "AttachInstance; shown alone",
        ["Attachment.Interface.PrivateSources"] = "AttachInstance",
        ["Attachment.Interface.Device"] = "AttachInstance, by what is found",
        ["Attachment.Interface.Selector"] = "AttachInstance",
        ["Attachment.Interface.ClosedNames"] = "AttachInstance, ConfirmPorts",
        ["Attachment.ThisHost.Addresses"] = "AttachInstance; shown alone",
        ["Attachment.ThisHost.PrivateSources"] = "AttachInstance",
        ["Ports"] = "Put-, Open-, CloseInstancePublicPorts, ApplyPorts, CreateInstances, AttachInstance, ConfirmPorts",
        ["Expiring"] = "ApplyPorts; closes alone",
        ["IsRunning"] = "StartInstance, StopInstance",
        ["NamespaceName"] = "CreateInstances, by the name",
        ["PublicAddresses"] = "SetIpAddressType, AttachStaticIp, DetachStaticIp, StartInstance",
        ["PrivateAddress"] = "nobody",
        ["PeerGroup"] = "nobody",
    };

    [Fact]
    public async Task Every_member_of_a_request_that_changes_something_is_asked_or_has_a_reason()
    {
        await using var server = await ServerHarness.StartAsync();
        var members = server.Server.Operations
            .Where(entry => !entry.IsReadOnly && (entry.Service == ApiService.Lightsail || entry.Service == ApiService.Portlight))
            .SelectMany(entry => Members(RequestOf(entry.Name)).Select(member => $"{entry.Name}.{member}"))
            .Order(StringComparer.Ordinal);
        var reasons = NotAsked.Split('\n').Select(line => line.Split(": ", 3)).SelectMany(line => line[1].Split(", ").Select(member => $"{line[0]}.{member}"));

        Assert.Equal(members, Asked.Concat(reasons).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Everything_that_an_agent_is_told_has_requests_that_say_it()
    {
        var told = typeof(DesiredInstance).GetProperties().Select(property => property.Name)
            .Concat(typeof(Attachment).GetNestedTypes().SelectMany(kind => kind.GetProperties(BindingFlags.DeclaredOnly | BindingFlags.Instance | BindingFlags.Public).Select(property => $"Attachment.{kind.Name}.{property.Name}")));

        Assert.Equal(told.Order(StringComparer.Ordinal), Desired.Keys.Order(StringComparer.Ordinal));
    }

    /// <summary>A request that a guard lets pass, and the same with one member otherwise, which it refuses.</summary>
    [Theory]
    [InlineData("fromPort", """{"NumericEquals":{"portlight:FromPort":21}}""", """{"fromPort":22,"toPort":22,"protocol":"tcp"}""", """{"fromPort":21,"toPort":22,"protocol":"tcp"}""")]
    [InlineData("toPort", """{"NumericEquals":{"portlight:ToPort":23}}""", """{"fromPort":22,"toPort":22,"protocol":"tcp"}""", """{"fromPort":22,"toPort":23,"protocol":"tcp"}""")]
    [InlineData("protocol", """{"StringEquals":{"portlight:Protocol":"udp"}}""", """{"fromPort":22,"toPort":22,"protocol":"tcp"}""", """{"fromPort":22,"toPort":22,"protocol":"udp"}""")]
    [InlineData("cidrs", """{"ForAnyValue:StringEquals":{"portlight:SourceCidr":"192.0.2.0/24"}}""", """{"fromPort":22,"toPort":22,"protocol":"tcp","cidrs":["10.0.0.0/8"]}""", """{"fromPort":22,"toPort":22,"protocol":"tcp","cidrs":["10.0.0.0/8","192.0.2.0/24"]}""")]
    [InlineData("ipv6Cidrs", """{"ForAnyValue:StringEquals":{"portlight:SourceCidr":"2001:db8::/32"}}""", """{"fromPort":22,"toPort":22,"protocol":"tcp","cidrs":["10.0.0.0/8"]}""", """{"fromPort":22,"toPort":22,"protocol":"tcp","cidrs":["10.0.0.0/8"],"ipv6Cidrs":["2001:db8::/32"]}""")]
    [InlineData("cidrListAliases", """{"ForAnyValue:StringEquals":{"portlight:SourceCidr":"lightsail-connect"}}""", """{"fromPort":22,"toPort":22,"protocol":"tcp","cidrs":["10.0.0.0/8"]}""", """{"fromPort":22,"toPort":22,"protocol":"tcp","cidrs":["10.0.0.0/8"],"cidrListAliases":["lightsail-connect"]}""")]
    public async Task Every_member_of_a_rule_is_seen_wherever_a_request_has_rules(string member, string condition, string passes, string refused)
    {
        await using var server = await ServerHarness.StartAsync();
        await server.AddInstanceAsync("web-1");
        var alice = await server.AddUserAsync("alice", [IamCalls.AllowAll, $$"""{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"*","Resource":"*","Condition":{{condition}}}]}"""]);
        foreach (var (operation, body) in new[]
        {
            ("Put", """{"instanceName":"web-1","portInfos":[RULE]}"""), ("Open", """{"instanceName":"web-1","portInfo":RULE}"""), ("Close", """{"instanceName":"web-1","portInfo":RULE}"""),
            ("Attach", """{"instanceName":"host-1","thisHost":true,"portInfos":[RULE]}"""),
            ("Apply", """{"instanceName":"web-1","portInfos":[RULE]}"""), ("Apply", """{"instanceName":"web-1","open":RULE}"""), ("Apply", """{"instanceName":"web-1","close":RULE}"""),
        })
        {
            var (target, name) = operation switch
            {
                "Attach" => (ConfirmCalls.Own, "AttachInstance"),
                "Apply" => (ConfirmCalls.Own, "ApplyPorts"),
                _ => (ConfirmCalls.Lightsail, operation + "InstancePublicPorts"),
            };
            // The member of the request that has the rule: a Close is not asked about the sources that it takes away.
            var holder = body[..body.IndexOf("RULE", StringComparison.Ordinal)].Split('"')[^2];
            if (!Asked.Contains($"{name}.{holder}.{member}"))
            {
                continue;
            }

            var fine = await server.AskAsync(alice, name, body.Replace("RULE", passes, StringComparison.Ordinal), target);
            Assert.True(fine.IsOk, $"{name} {fine}");
            Assert.Equal("AccessDeniedException", (await server.AskAsync(alice, name, body.Replace("RULE", refused, StringComparison.Ordinal), target)).Type);
        }
    }

    [Fact]
    public async Task Blueprint_private_networks_place_and_revert_are_seen()
    {
        const string guard = """
            {"Version":"2012-10-17","Statement":[
              {"Effect":"Deny","Action":"*","Resource":"*","Condition":{"NumericEquals":{"portlight:ToPort":3389}}},
              {"Effect":"Deny","Action":"*","Resource":"*","Condition":{"ForAnyValue:StringEquals":{"portlight:SourceCidr":"192.0.2.0/24"}}},
              {"Effect":"Deny","Action":"portlight:DetachInstance","Resource":"*"}]}
            """;
        await using var server = await ServerHarness.StartAsync();
        server.Agent.Facts = new AttachmentFacts(null, []) { Interface = new FoundInterface("tap1", null) };
        var alice = await server.AddUserAsync("alice", [IamCalls.AllowAll, guard]);

        Assert.True((await server.AskAsync(alice, "CreateInstances", LightsailCalls.CreateBody("web-1"))).IsOk);
        Assert.Equal("AccessDeniedException", (await server.AskAsync(alice, "CreateInstances", LightsailCalls.CreateBody("web-2", "windows_server_2022", "medium_win_3_0"))).Type);
        Assert.True((await AttachAsync("""{"instanceName":"vm-1","interfaceName":"tap1","privateCidrs":["10.0.0.0/8"]}""")).IsOk);
        Assert.Contains("privateCidrs (all from ", (await AttachAsync("""{"instanceName":"vm-1","interfaceName":"tap1","privateCidrs":["192.0.2.0/24"]}""")).Message, StringComparison.Ordinal);
        Assert.Contains("portlight:DetachInstance", (await AttachAsync("""{"instanceName":"vm-1","interfaceName":"tap2"}""")).Message, StringComparison.Ordinal);
        Assert.Contains("portlight:DetachInstance", (await AttachAsync("""{"instanceName":"vm-1","thisHost":true}""")).Message, StringComparison.Ordinal);

        await server.AddInstanceAsync("db-1", PortSet.Of(new PortRule(new PortKey(NetworkProtocol.Tcp, 3389, 3389), [Cidr.AnyIpv4], [], [])));
        await server.PutAsync(443, confirm: "600", name: "db-1");
        Assert.Contains("the earlier ports (3389/tcp", (await server.AskAsync(alice, "ConfirmPorts", """{"instanceName":"db-1","revert":true}""", ConfirmCalls.Own)).Message, StringComparison.Ordinal);

        Task<Answered> AttachAsync(string body) => server.AskAsync(alice, "AttachInstance", body, ConfirmCalls.Own);
    }

    private static Type RequestOf(string operation)
    {
        var assembly = typeof(AttachInstanceRequest).Assembly;
        return assembly.GetType($"Portlight.Wire.Lightsail.{operation}Request") ?? assembly.GetType($"Portlight.Wire.PortlightApi.{operation}Request")
            ?? throw new InvalidOperationException($"{operation} has no request");
    }

    /// <summary>Names as they stand on the wire, those of structures and of the entries of lists behind a dot.</summary>
    private static IEnumerable<string> Members(Type shape)
    {
        foreach (var property in shape.GetProperties(BindingFlags.Instance | BindingFlags.Public))
        {
            var type = Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType;
            var entry = type.IsGenericType && type.IsAssignableTo(typeof(IEnumerable)) ? type.GetGenericArguments()[0] : type;
            var name = char.ToLowerInvariant(property.Name[0]) + property.Name[1..];
            var inner = entry.Namespace!.StartsWith("Portlight.Wire", StringComparison.Ordinal) && entry.IsClass && entry.Name != "AddOnRequest" ? Members(entry).Select(member => $"{name}.{member}") : [name];
            foreach (var member in inner)
            {
                yield return member;
            }
        }
    }
}
