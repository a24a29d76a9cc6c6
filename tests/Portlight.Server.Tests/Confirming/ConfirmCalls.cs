using System.Net;
using System.Text;
using System.Text.Json;
using Portlight.Domain;
using Portlight.TestKit.Network;
using Portlight.Wire.SigV4;

namespace Portlight.Server.Tests.Confirming;

/// <summary>Changes that ask to be confirmed, and confirmations, by old connections and new ones.</summary>
internal static class ConfirmCalls
{
    public const string Lightsail = "Lightsail_20161128.";
    public const string Own = "Portlight_20261122.";

    public static PortSet Ports(params int[] ports) =>
        PortSet.Of([.. ports.Select(port => new PortRule(new PortKey(NetworkProtocol.Tcp, port, port), [Cidr.AnyIpv4], [Cidr.AnyIpv6], []))]);

    /// <summary>A running instance with port 22 open, which the kernel holds.</summary>
    public static async Task<Instance> AddWebAsync(this ServerHarness server, string name = "web-1")
    {
        var instance = await server.AddInstanceAsync(name, Ports(22));
        await server.SettleAsync();
        return instance;
    }

    /// <summary>Put of one open TCP port.</summary>
    public static Task<(HttpStatusCode Status, JsonElement Body, string? ConfirmBy)> PutAsync(
        this ServerHarness server, int port, string? confirm = null, string name = "web-1", AwsCredentials? credentials = null) =>
        server.AnswerAsync(Lightsail + "PutInstancePublicPorts", $$"""{"instanceName":"{{name}}","portInfos":[{"fromPort":{{port}},"toPort":{{port}},"protocol":"tcp"}]}""", confirm, credentials);

    /// <summary>ConfirmPorts by the connection that stands since the first call of the test.</summary>
    public static Task<(HttpStatusCode Status, JsonElement Body, string? ConfirmBy)> ConfirmByOldConnectionAsync(this ServerHarness server, bool revert = false, string name = "web-1") =>
        server.AnswerAsync(Own + "ConfirmPorts", Body(name, revert));

    /// <summary>ConfirmPorts by a connection that is made for it.</summary>
    public static async Task<(HttpStatusCode Status, JsonElement Body, string? ConfirmBy)> ConfirmAsync(
        this ServerHarness server, bool revert = false, string name = "web-1", AwsCredentials? credentials = null)
    {
        using var http = new HttpClient();
        return await server.AnswerAsync(Own + "ConfirmPorts", Body(name, revert), credentials: credentials, http: http);
    }

    /// <summary>Posts to an operation and reads the answer, whatever it is.</summary>
    public static async Task<(HttpStatusCode Status, JsonElement Body, string? ConfirmBy)> AnswerAsync(
        this ServerHarness server, string target, string body, string? confirm = null, AwsCredentials? credentials = null, HttpClient? http = null)
    {
        using var message = server.Request(target, Encoding.UTF8.GetBytes(body), credentials, confirm: confirm);
        using var answer = await (http ?? server.Http).SendAsync(message, TestContext.Current.CancellationToken);
        var text = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        return (answer.StatusCode, JsonSerializer.Deserialize<JsonElement>(text), answer.Headers.TryGetValues("X-Portlight-Confirm-By", out var by) ? by.Single() : null);
    }

    public static Instance? Find(this ServerHarness server, string name = "web-1") => server.Server.Store.View.FindInstance(server.Scope, name);

    /// <summary>Completes with the next change of an instance that nothing waits to have confirmed after; fails when it does not come.</summary>
    public static async Task UndoneAsync(this ServerHarness server, Action act, string name = "web-1")
    {
        var undone = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        server.Server.Store.Observe(changes =>
        {
            if (changes.Any(change => change.Instance.Name == name && (change.IsRemoval || change.Instance.Unconfirmed is null)))
            {
                undone.TrySetResult();
            }
        });
        act();
        try
        {
            await undone.Task.WaitAsync(Deadline.Span, TestContext.Current.CancellationToken);
        }
        catch (TimeoutException)
        {
            Assert.Fail($"the change of {name} was not undone");
        }

        await server.SettleAsync();
    }

    private static string Body(string name, bool revert) => revert ? $$"""{"instanceName":"{{name}}","revert":true}""" : $$"""{"instanceName":"{{name}}"}""";
}
