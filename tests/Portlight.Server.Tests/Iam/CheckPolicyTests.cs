using Portlight.Server.Tests.Confirming;
using Portlight.Wire.PortlightApi;
using Json = Portlight.Wire.PortlightApi.PortlightJson;

namespace Portlight.Server.Tests.Iam;

public sealed class CheckPolicyTests
{
    private const string Trust = """{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111122223333:root"},"Action":"sts:AssumeRole"}]}""";

    [Fact]
    public async Task A_trust_policy_is_read_as_one_and_every_problem_has_its_path()
    {
        await using var server = await ServerHarness.StartAsync();

        Assert.Empty(await CheckAsync(server, Trust, "trust"));
        var problems = await CheckAsync(server, Trust.Replace("sts:AssumeRole", "lightsail:GetInstances", StringComparison.Ordinal).Replace("\"Effect\"", "\"Efect\"", StringComparison.Ordinal), "trust");
        Assert.Contains(problems, problem => problem.Contains("Action", StringComparison.Ordinal) && problem.Contains("sts:", StringComparison.Ordinal));
        Assert.Contains(problems, problem => problem.Contains("Efect", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_document_of_one_kind_is_none_of_the_other()
    {
        await using var server = await ServerHarness.StartAsync();

        Assert.NotEmpty(await CheckAsync(server, Trust, null));
        Assert.NotEmpty(await CheckAsync(server, IamCalls.AllowAll, "trust"));
        Assert.Empty(await CheckAsync(server, IamCalls.AllowAll, "identity"));
    }

    [Fact]
    public async Task What_is_found_is_what_saving_would_be_refused_with()
    {
        await using var server = await ServerHarness.StartAsync();
        const string bad = """{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"lightsail:*","Resource":"*","Condition":{"NumericEquals":{"portlight:FromPorts":1}}}]}""";

        var problems = await CheckAsync(server, bad, "identity");

        var refused = await Assert.ThrowsAsync<Wire.Client.AwsErrorException>(() => new Wire.Client.QueryClient(server.Http, server.Endpoint, "iam", "us-east-1", server.Credentials, server.Clock).SendAsync(
            "CreatePolicy", Wire.Client.QueryClient.IamVersion, [new("PolicyName", "bad"), new("PolicyDocument", bad)], TestContext.Current.CancellationToken));
        Assert.Contains(Assert.Single(problems), refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_trust_policy_that_is_too_long_is_told_so_and_another_kind_is_none()
    {
        await using var server = await ServerHarness.StartAsync();

        Assert.Single(await CheckAsync(server, Trust.Replace("\"Effect\"", $"\"Sid\":\"{new string('x', 9_000)}\",\"Effect\"", StringComparison.Ordinal), "trust"));
        Assert.Contains("kind", (await server.AskAsync(server.Credentials, "CheckPolicy", """{"document":"{}","kind":"bucket"}""", ConfirmCalls.Own)).Message, StringComparison.Ordinal);
        Assert.Contains("document", (await server.AskAsync(server.Credentials, "CheckPolicy", "{}", ConfirmCalls.Own)).Message, StringComparison.Ordinal);
    }

    private static async Task<IReadOnlyList<string>> CheckAsync(ServerHarness server, string document, string? kind) => (await server.Client().SendAsync(
        "Portlight_20261122.CheckPolicy", new() { Document = document, Kind = kind }, Json.Default.CheckPolicyRequest, Json.Default.CheckPolicyResponse, TestContext.Current.CancellationToken)).Problems;
}
