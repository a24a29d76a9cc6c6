using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text.Json.Serialization.Metadata;
using Portlight.AgentProtocol;
using Portlight.AgentStream.Server;
using Portlight.Certificates;
using Portlight.Domain;
using Portlight.Fleet;
using Portlight.Wire.Lightsail;
using Portlight.Wire.PortlightApi;
using Portlight.Wire.SigV4;

namespace Portlight.Server.Tests;

/// <summary>Calls about hosts, and what stands behind them: a server that gives out tokens, machines that join by them.</summary>
internal static class HostCalls
{
    public static readonly PortlightJson Json = PortlightJson.Default;
    private static readonly ImmutableArray<byte> Key = [1, 2, 3];

    public static async Task<ServerHarness> StartAsync()
    {
        var server = await ServerHarness.StartAsync();
        server.Server.Hosts.Door = Door(server);
        server.Agent.Facts = new AttachmentFacts(null, []) { Interface = new FoundInterface("vnet0", "fe:54:00:00:00:01") };
        return server;
    }

    /// <summary>Where agents would come in.</summary>
    public static AgentDoor Door(ServerHarness server) => new(new byte[16], [new Uri("https://192.0.2.1:8581")])
    {
        MakeAuthority = () => HostAuthorityTests.Stored(CertificateAuthority.Create(new InstallationId(1), server.Clock.GetUtcNow())),
        TakeAuthorities = () => { },
        AgentAt = (host, _, status) => new AgentElsewhere(host, status, (_, _) => Task.FromException<AgentStream.Wire.Answer>(new AgentException("no server is reached in this test"))),
    };

    public static HostJoining Joining(ServerHarness server) => new(server.Server.Store, server.Server.Hosts, server.Scope, server.Clock);

    public static async Task JoinAsync(ServerHarness server, string text)
    {
        Assert.True(JoinToken.TryParse(text, out var token, out _));
        await Joining(server).JoinAsync(
            new JoinRequest(token.Id, [.. token.Secret.Span], Key, "192.0.2.7"),
            _ => new HostCertificate("7f01", Convert.ToHexStringLower(SHA256.HashData(Key.AsSpan())), server.Clock.GetUtcNow().AddDays(30), [9]));
    }

    public static Task<TResponse> CallAsync<TRequest, TResponse>(
        ServerHarness server, string operation, TRequest request, JsonTypeInfo<TRequest> shape, JsonTypeInfo<TResponse> answer, AwsCredentials? by = null)
        where TResponse : class
        => server.Client(by).SendAsync("Portlight_20261122." + operation, request, shape, answer, TestContext.Current.CancellationToken);

    public static Task<CreateHostTokenResponse> TokenAsync(ServerHarness server, string? name, string? zone = null, AwsCredentials? by = null) => CallAsync(
        server, "CreateHostToken", new CreateHostTokenRequest { HostName = name, AvailabilityZone = zone }, Json.CreateHostTokenRequest, Json.CreateHostTokenResponse, by);

    public static Task<GetHostResponse> GetAsync(ServerHarness server, string name) => CallAsync(server, "GetHost", new GetHostRequest { HostName = name }, Json.GetHostRequest, Json.GetHostResponse);

    public static Task<DrainHostResponse> DrainAsync(ServerHarness server, string name, bool undo, AwsCredentials? by = null) =>
        CallAsync(server, "DrainHost", new DrainHostRequest { HostName = name, Undo = undo }, Json.DrainHostRequest, Json.DrainHostResponse, by);

    public static Task<RemoveHostResponse> RemoveAsync(ServerHarness server, string name) =>
        CallAsync(server, "RemoveHost", new RemoveHostRequest { HostName = name }, Json.RemoveHostRequest, Json.RemoveHostResponse);

    public static Task<AttachInstanceResponse> AttachAsync(ServerHarness server, string name, string? host, string nic = "vnet0", AwsCredentials? by = null)
    {
        var facts = new AttachmentFacts(null, []) { Interface = new FoundInterface(nic, null) };
        foreach (var agent in server.Server.Hosts.All.Where(one => one.AwaySince is null).Select(one => (ScriptedAgent)one.RequireAgent()))
        {
            agent.Facts = facts;
        }

        return CallAsync(
            server, "AttachInstance", new AttachInstanceRequest { InstanceName = name, HostName = host, InterfaceName = nic }, Json.AttachInstanceRequest, Json.AttachInstanceResponse, by);
    }

    public static async Task<Wire.Lightsail.Operation> PutAsync(ServerHarness server, string name, int port) => (await server.CallAsync(
        "PutInstancePublicPorts",
        new PutInstancePublicPortsRequest { InstanceName = name, PortInfos = [new PortInfo { FromPort = port, ToPort = port, Protocol = "tcp" }] },
        LightsailJson.Default.PutInstancePublicPortsRequest,
        LightsailJson.Default.PutInstancePublicPortsResponse)).Operation!;

    public static async Task<(string Status, string? Why)> OperationAsync(ServerHarness server, string id)
    {
        var answer = await server.CallAsync("GetOperation", new GetOperationRequest { OperationId = id }, LightsailJson.Default.GetOperationRequest, LightsailJson.Default.GetOperationResponse);
        return (answer.Operation!.Status, answer.Operation.ErrorDetails);
    }

    public static async Task<Shown> StatusAsync(ServerHarness server, string name)
    {
        var answer = await CallAsync(server, "GetStatus", new GetStatusRequest { InstanceName = name }, Json.GetStatusRequest, Json.GetStatusResponse);
        return new Shown(answer.Instances.Single(), answer.Agents);
    }

    public sealed record Shown(InstanceStatus Instance, IReadOnlyList<Wire.PortlightApi.AgentStatus> Agents)
    {
        public Wire.PortlightApi.AgentStatus Agent(string host) => Agents.Single(agent => agent.HostName == host);
    }
}
