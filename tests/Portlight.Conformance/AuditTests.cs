using System.Text.Json.Nodes;

namespace Portlight.Conformance;

/// <summary>The audit log through the clients that CloudTrail has.</summary>
public sealed class AuditTests(Installation installation)
{
    /// <summary>Events of reads are durable within a tenth of a second.</summary>
    private static readonly TimeSpan Durable = TimeSpan.FromMilliseconds(300);

    [Fact]
    public async Task The_aws_cli_looks_events_up()
    {
        await using var aws = new AwsCli(installation);
        await aws.RunAsync("get-instance", "--instance-name", "audit-cli-nobody");
        await Task.Delay(Durable, TestContext.Current.CancellationToken);

        (var code, var output, var errors) = await aws.RunServiceAsync(
            "cloudtrail", "lookup-events", "--lookup-attributes", "AttributeKey=ResourceName,AttributeValue=audit-cli-nobody",
            "--query", "Events[].[EventName,Username,ReadOnly,EventSource,Resources[0].ResourceType]", "--output", "text");

        Assert.Equal((0, "GetInstance\troot\ttrue\tlightsail.amazonaws.com\tAWS::Lightsail::Instance\n", ""), (code, output, errors));
    }

    [Fact]
    public async Task The_paginator_of_boto3_finds_every_event_newest_first()
    {
        await using var boto3 = ScriptedClient.Boto3(installation);
        for (var i = 0; i < 5; i++)
        {
            await boto3.TryAsync("GetStaticIp", $$"""{"staticIpName":"audit-{{i}}"}""");
        }

        await Task.Delay(Durable, TestContext.Current.CancellationToken);

        (var code, var output, var errors) = await Programs.RunAsync(
            installation.Inside(Programs.Find("python3", "python3-boto3"), Path.Combine(ScriptedClient.Folder, "lookup_events.py"), "GetStaticIp"));

        Assert.True(code == 0, errors);
        var found = JsonNode.Parse(output)!;
        // Other clients' tests speak to the same server meanwhile.
        List<JsonNode> ours = [.. found["events"]!.AsArray().Select(one => one!["event"]!).Where(one => NameIn(one).StartsWith("audit-", StringComparison.Ordinal))];
        Assert.Equal(["audit-4", "audit-3", "audit-2", "audit-1", "audit-0"], ours.Select(NameIn));
        Assert.True((int)found["pages"]! >= 3);
        Assert.Equal("InvalidNextTokenException", (string)found["refused"]!);
        Assert.All(ours, one => Assert.StartsWith("Boto3/", (string)one["userAgent"]!, StringComparison.Ordinal));

        static string NameIn(JsonNode recorded) => (string?)recorded["requestParameters"]?["staticIpName"] ?? "";
    }
}
