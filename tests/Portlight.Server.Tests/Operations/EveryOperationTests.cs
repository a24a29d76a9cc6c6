using System.Text.Json;
using CsCheck;
using Portlight.Wire.Lightsail;

namespace Portlight.Server.Tests.Operations;

/// <summary>What holds for every operation of the service model, ours or not.</summary>
public sealed class EveryOperationTests
{
    /// <summary>Every operation that Portlight answers; the list in docs/conformance.md follows it.</summary>
    private static readonly string[] Answered =
    [
        "PutInstancePublicPorts", "OpenInstancePublicPorts", "CloseInstancePublicPorts", "GetInstancePortStates",
        "GetOperation", "GetOperations", "GetOperationsForResource",
        "CreateInstances", "GetInstance", "GetInstances", "GetInstanceState", "GetInstanceAccessDetails", "DeleteInstance", "StartInstance",
        "StopInstance", "RebootInstance", "SetIpAddressType", "UpdateInstanceMetadataOptions", "GetActiveNames",
        "TagResource", "UntagResource",
        "GetRegions", "GetBlueprints", "GetBundles", "IsVpcPeered",
        "AllocateStaticIp", "AttachStaticIp", "DetachStaticIp", "GetStaticIp", "GetStaticIps", "ReleaseStaticIp",
        "CreateKeyPair", "ImportKeyPair", "GetKeyPair", "GetKeyPairs", "DeleteKeyPair", "DownloadDefaultKeyPair",
    ];

    private static readonly string[] DocumentedErrors =
    [
        "AccessDeniedException", "AccountSetupInProgressException", "InvalidInputException", "NotFoundException", "OperationFailureException",
        "RegionSetupInProgressException", "UnauthenticatedException", "SerializationException",
    ];

    private static readonly Gen<string> Scalar = Gen.OneOf(
        "null", "true", "0", "-1", "22", "65536", "1e400", "12345678901234567890", "0.5", "\"\"", "\"web-1\"", "\"ip-1\"", "\"LightsailDefaultKeyPair\"", "\"us-east-1a\"",
        "\"ubuntu_22_04\"", "\"nano_3_0\"", "\"Instance\"", "\"dualstack\"", "\"ipv6\"", "\"ssh\"", "\"required\"", "\"tcp\"", "\"ALL\"", "\"0.0.0.0/0\"", "\"::/0\"", "\"../../etc\"",
        "\"a\\u0000b\"", "\"\\ud83d\\ude00\"", "\"$(reboot)\"", "\"';--\"", "\"ssh-rsa AAAA\"");

    private static readonly Gen<string> Member = Gen.OneOf(
        "instanceName", "instanceNames", "availabilityZone", "blueprintId", "bundleId", "userData", "keyPairName", "tags", "addOns", "ipAddressType", "resourceName", "resourceType",
        "resourceArn", "tagKeys", "staticIpName", "portInfo", "portInfos", "fromPort", "toPort", "protocol", "cidrs", "ipv6Cidrs", "cidrListAliases", "operationId", "pageToken",
        "publicKeyBase64", "expectedFingerprint", "includeInactive", "httpTokens", "httpPutResponseHopLimit", "acceptBundleUpdate", "force", "key", "value", "unknown");

    private static readonly Gen<string> Value = Gen.OneOf<string>(Scalar, Scalar, Scalar.Array[0, 3].Select(List), ObjectOf(Scalar), ObjectOf(Scalar).Array[0, 2].Select(List));

    [Fact]
    public async Task Every_operation_of_the_design_is_answered_and_every_other_one_of_the_service_is_refused_by_name()
    {
        await using var server = await ServerHarness.StartAsync();
        Assert.Equal(37, Answered.Length);
        foreach (var operation in LightsailOperations.All)
        {
            using var answer = await server.PostAsync(operation, "{}");
            var body = JsonSerializer.Deserialize<JsonElement>(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
            if (!Answered.Contains(operation))
            {
                Assert.Equal((400, "InvalidInputException", "UnsupportedOperation"), ((int)answer.StatusCode, body.Text("__type"), body.Text("code")));
                Assert.StartsWith(operation + " is an operation of Lightsail", body.Text("message"), StringComparison.Ordinal);
            }
            else if (answer.IsSuccessStatusCode)
            {
                Assert.False(body.Has("__type"), operation);
            }
            else
            {
                Assert.Equal((400, "InvalidInputException"), ((int)answer.StatusCode, body.Text("__type"))); // a required member is missing, and the message names it
                Assert.Matches("is missing|must name|is not one of", body.Text("message"));
            }
        }
    }

    [Fact]
    public async Task Whatever_a_body_holds_the_answer_is_a_documented_one()
    {
        await using var server = await ServerHarness.StartAsync(options => options with { RequestsPerSecond = 0 });
        await server.CreateRunningAsync("web-1");
        await server.SendAsync("AllocateStaticIp", """{"staticIpName":"ip-1"}""");
        var operations = Answered.Where(operation => operation != "CreateKeyPair").ToArray(); // making keys is slow, and ImportKeyPair is checked the same way

        await Gen.Select(Gen.OneOf(operations), ObjectOf(Value)).SampleAsync(
            async request =>
            {
                using var answer = await server.PostAsync(request.Item1, request.Item2);
                var text = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
                if (!answer.IsSuccessStatusCode)
                {
                    Assert.True((int)answer.StatusCode == 400, $"{request}: {(int)answer.StatusCode} {text}");
                    Assert.Contains(JsonSerializer.Deserialize<JsonElement>(text).Text("__type"), DocumentedErrors);
                }
            },
            iter: 1_500,
            threads: 4);
        await server.SendAsync("GetRegions");
    }

    private static Gen<string> ObjectOf(Gen<string> value) =>
        Gen.Select(Member, value, (member, text) => $"\"{member}\":{text}").Array[0, 5].Select(members => $"{{{string.Join(",", members)}}}");

    private static string List(string[] values) => $"[{string.Join(",", values)}]";
}
