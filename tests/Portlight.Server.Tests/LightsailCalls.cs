using System.Text.Json;

namespace Portlight.Server.Tests;

/// <summary>Calls as clients send them: JSON out, JSON back, so that a sequence reads as its authors wrote it.</summary>
internal static class LightsailCalls
{
    /// <summary>The answer to a call that must succeed.</summary>
    public static async Task<JsonElement> SendAsync(this ServerHarness server, string operation, string body = "{}")
    {
        using var answer = await server.PostAsync(operation, body);
        var text = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.True(answer.IsSuccessStatusCode, $"{operation} answered {(int)answer.StatusCode}: {text}");
        return JsonSerializer.Deserialize<JsonElement>(text);
    }

    /// <summary>The answer to a call that must be refused; refusals by the caller's fault are 400.</summary>
    public static async Task<Refused> RefuseAsync(this ServerHarness server, string operation, string body = "{}")
    {
        using var answer = await server.PostAsync(operation, body);
        var text = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.True((int)answer.StatusCode == 400, $"{operation} answered {(int)answer.StatusCode}: {text}");
        var error = JsonSerializer.Deserialize<JsonElement>(text);
        return new Refused(error.Text("__type"), error.Text("code"), error.Text("message"));
    }

    /// <summary>Returns once the kernel holds what is stored and every state on its way has arrived.</summary>
    public static async Task SettleAsync(this ServerHarness server)
    {
        long revision;
        do
        {
            revision = server.Server.Store.Revision;
            await server.Server.Hosts.Local.ConfirmAsync(revision, TimeSpan.FromMinutes(1));
        }
        while (server.Server.Store.Revision != revision);
    }

    /// <summary>A running instance, made by CreateInstances.</summary>
    public static async Task CreateRunningAsync(this ServerHarness server, string name, string blueprint = "ubuntu_22_04", string bundle = "nano_3_0", string more = "")
    {
        await server.SendAsync("CreateInstances", CreateBody(name, blueprint, bundle, more));
        await server.SettleAsync();
    }

    public static string CreateBody(string name, string blueprint = "ubuntu_22_04", string bundle = "nano_3_0", string more = "") =>
        $$"""{"instanceNames":["{{name}}"],"availabilityZone":"us-east-1a","blueprintId":"{{blueprint}}","bundleId":"{{bundle}}"{{more}}}""";

    public static async Task<JsonElement> InstanceAsync(this ServerHarness server, string name) =>
        (await server.SendAsync("GetInstance", $$"""{"instanceName":"{{name}}"}""")).GetProperty("instance");

    public static async Task<JsonElement> OperationAsync(this ServerHarness server, JsonElement operation) =>
        (await server.SendAsync("GetOperation", $$"""{"operationId":"{{operation.Text("id")}}"}""")).GetProperty("operation");

    public static string Text(this JsonElement element, string property) => element.GetProperty(property).GetString()!;

    public static bool Has(this JsonElement element, string property) => element.TryGetProperty(property, out _);

    /// <summary>The members of an object in the order in which they were served.</summary>
    public static string Members(this JsonElement element) => string.Join(",", element.EnumerateObject().Select(member => member.Name));

    /// <summary>Status, terminal, type, resource, zone: what a record says at a glance.</summary>
    public static string Record(this JsonElement operation) =>
        $"{operation.Text("operationType")} {operation.Text("resourceType")} {operation.Text("resourceName")} in {operation.GetProperty("location").Text("availabilityZone")}: {operation.Text("status")}{(operation.GetProperty("isTerminal").GetBoolean() ? ", terminal" : "")}{(operation.Has("operationDetails") ? $", `{operation.Text("operationDetails")}`" : "")}";

    /// <summary>An error answer.</summary>
    internal sealed record Refused(string Type, string Code, string Message);
}
