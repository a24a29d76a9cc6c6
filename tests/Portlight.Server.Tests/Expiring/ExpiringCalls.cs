using Portlight.Server.Tests.Confirming;
using Portlight.TestKit;
using Portlight.Wire.PortlightApi;
using Portlight.Wire.SigV4;
using Json = Portlight.Wire.PortlightApi.PortlightJson;

namespace Portlight.Server.Tests.Expiring;

/// <summary>Ports that are opened for a time.</summary>
internal static class ExpiringCalls
{
    public const string Office = "192.0.2.7/32";

    public static Task<ApplyPortsResponse> ApplyAsync(this ServerHarness server, ApplyPortsRequest request, AwsCredentials? caller = null) => server.Client(caller).SendAsync(
        "Portlight_20261122.ApplyPorts", request, Json.Default.ApplyPortsRequest, Json.Default.ApplyPortsResponse, TestContext.Current.CancellationToken);

    public static Task<ApplyPortsResponse> OpenForAsync(this ServerHarness server, int port, int? seconds, string cidr = Office, AwsCredentials? caller = null) =>
        server.ApplyAsync(new() { InstanceName = "web-1", Open = Timed(port, seconds, cidr) }, caller);

    public static TimedPort Timed(int port, int? seconds, params string[] cidrs) =>
        new() { FromPort = port, ToPort = port, Protocol = "tcp", Cidrs = cidrs.Length == 0 ? null : cidrs, ExpiresInSeconds = seconds };

    /// <summary>The rules as text.</summary>
    public static string Rules(this ServerHarness server) => string.Join("; ", server.Find()!.Ports.Rules.Select(rule => rule.ToShortText()));

    /// <summary>What expires, with the seconds that are left.</summary>
    public static string Expiring(this ServerHarness server) =>
        string.Join("; ", server.Find()!.Expiring.Select(one => $"{one.Rule.ToShortText()} in {(one.At - server.Clock.GetUtcNow()).TotalSeconds:0}"));

    /// <summary>Moves the clock, and waits until the rules are these and the kernel has them.</summary>
    public static async Task PassAsync(this ServerHarness server, int seconds, string rules)
    {
        server.Clock.Advance(TimeSpan.FromSeconds(seconds));
        await Until.TrueAsync(() => server.Rules() == rules, $"`{rules}`");
        await server.SettleAsync();
    }
}
