using System.Diagnostics;
using System.Text.Json.Nodes;
using Portlight.TestKit.Network;

namespace Portlight.Conformance;

/// <summary>The audit log through the clients that CloudTrail has.</summary>
public sealed class AuditTests(Installation installation)
{
    [Fact]
    public async Task The_aws_cli_looks_events_up()
    {
        await using var aws = new AwsCli(installation);
        await aws.RunAsync("get-instance", "--instance-name", "audit-cli-nobody");

        var found = await FindAsync(
            () => aws.RunServiceAsync(
                "cloudtrail", "lookup-events", "--lookup-attributes", "AttributeKey=ResourceName,AttributeValue=audit-cli-nobody",
                "--query", "Events[].[EventName,Username,ReadOnly,EventSource,Resources[0].ResourceType]", "--output", "text"),
            answer => answer.Output.Length > 0);

        Assert.Equal((0, "GetInstance\troot\ttrue\tlightsail.amazonaws.com\tAWS::Lightsail::Instance\n", ""), found);
    }

    [Fact]
    public async Task The_paginator_of_boto3_finds_every_event_newest_first()
    {
        await using var boto3 = ScriptedClient.Boto3(installation);
        for (var i = 0; i < 5; i++)
        {
            await boto3.TryAsync("GetStaticIp", $$"""{"staticIpName":"audit-{{i}}"}""");
        }

        (var code, var output, var errors) = await FindAsync(
            () => Programs.RunAsync(installation.Inside(Programs.Find("python3", "python3-boto3"), Path.Combine(ScriptedClient.Folder, "lookup_events.py"), "GetStaticIp")),
            answer => answer.Output.Contains("audit-4", StringComparison.Ordinal));

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

    /// <summary>Events of reads are there within a tenth of a second, which a busy machine takes its time for: looks until they are.</summary>
    private static async Task<(int Code, string Output, string Errors)> FindAsync(Func<Task<(int Code, string Output, string Errors)>> look, Func<(int Code, string Output, string Errors), bool> isThere)
    {
        var began = Stopwatch.GetTimestamp();
        while (true)
        {
            var answer = await look();
            if (answer.Code != 0 || isThere(answer) || Stopwatch.GetElapsedTime(began) > Deadline.Span)
            {
                return answer;
            }
        }
    }
}
