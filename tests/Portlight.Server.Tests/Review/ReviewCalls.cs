using Portlight.Wire.Lightsail;
using Portlight.Wire.PortlightApi;
using Portlight.Wire.SigV4;
using Json = Portlight.Wire.PortlightApi.PortlightJson;

namespace Portlight.Server.Tests.Review;

/// <summary>The operations that look before anything is done, as a client calls them.</summary>
internal static class ReviewCalls
{
    public static Task<ExplainPacketResponse> ExplainAsync(this ServerHarness server, string name, PortInfo packet, AwsCredentials? caller = null) => server.Client(caller).SendAsync(
        "Portlight_20261122.ExplainPacket",
        new ExplainPacketRequest { InstanceName = name, Packet = packet },
        Json.Default.ExplainPacketRequest,
        Json.Default.ExplainPacketResponse,
        TestContext.Current.CancellationToken);

    public static Task<PreviewPortsResponse> PreviewAsync(this ServerHarness server, PreviewPortsRequest request, AwsCredentials? caller = null) => server.Client(caller).SendAsync(
        "Portlight_20261122.PreviewPorts", request, Json.Default.PreviewPortsRequest, Json.Default.PreviewPortsResponse, TestContext.Current.CancellationToken);

    public static async Task<IReadOnlyList<AccessAnswer>> CheckAsync(this ServerHarness server, AwsCredentials? caller, params AccessCheck?[] questions) => (await server.Client(caller).SendAsync(
        "Portlight_20261122.CheckAccess",
        new CheckAccessRequest { Questions = questions },
        Json.Default.CheckAccessRequest,
        Json.Default.CheckAccessResponse,
        TestContext.Current.CancellationToken)).Answers;

    public static PortInfo Tcp(int port, params string[] cidrs) => new() { FromPort = port, ToPort = port, Protocol = "tcp", Cidrs = cidrs.Length == 0 ? null : cidrs };
}
