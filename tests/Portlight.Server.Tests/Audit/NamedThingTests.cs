using System.Text.Json;
using Portlight.Audit;

namespace Portlight.Server.Tests.Audit;

/// <summary>Which thing a call is about is known of every operation: by the parameter that names it, and by its ARN.</summary>
public sealed class NamedThingTests
{
    /// <summary>Parameters whose names end as if they named a thing of the account that a call is about, and why they do not.</summary>
    private static readonly Dictionary<string, string> NoThings = new(StringComparer.Ordinal)
    {
        ["resourceName"] = "of any kind: what it is asked on tells which",
        ["resourceArn"] = "stands beside resourceName",
        ["customImageName"] = "there are no images",
        ["blueprintId"] = "of the catalogue",
        ["bundleId"] = "of the catalogue",
        ["operationId"] = "a record of a call",
        ["regionName"] = "no thing of CloudFormation",
        ["accountId"] = "no thing of CloudFormation",
        ["interfaceName"] = "of a machine; instanceName stands beside it",
        ["closedNames"] = "of a machine; instanceName stands beside them",
        ["byName"] = "a word that says how",
        ["serviceName"] = "of an AWS service",
        ["eventName"] = "of events",
        ["newUserName"] = "what userName becomes",
        ["newGroupName"] = "what groupName becomes",
        ["versionId"] = "of a policy; policyArn stands beside it",
        ["policySourceArn"] = "whom a simulation is about",
        ["callerArn"] = "whom a simulation is about",
        ["roleSessionName"] = "of a session; roleArn stands beside it",
        ["externalId"] = "a secret of two accounts",
        ["networkName"] = "an entry of an account's address book, which has no ARN",
        ["templateName"] = "an entry of an account's address book, which has no ARN",
        ["actionNames"] = "of operations",
        ["resourceArns"] = "what a simulation is about",
        ["policyArns"] = "of a session; roleArn stands beside them",
        ["serialNumber"] = "there are no devices",
    };

    [Fact]
    public async Task Every_parameter_that_ends_as_a_name_names_a_thing_or_has_a_reason()
    {
        await using var server = await ServerHarness.StartAsync();
        var unknown = server.Server.Operations
            .SelectMany(entry => entry.Parameters.Members.Select(member => (entry.Name, Shown: member.Shown.ToString())))
            .Where(one => new[] { "Name", "Names", "Arn", "Arns", "Id" }.Any(end => one.Shown.EndsWith(end, StringComparison.Ordinal)))
            .Where(one => ThingTypes.OfParameter(System.Text.Encoding.UTF8.GetBytes(one.Shown)) is null && !NoThings.ContainsKey(one.Shown));

        Assert.Empty(unknown.Select(one => $"{one.Name}.{one.Shown}"));
    }

    /// <summary>What is tagged is named without its kind; what policies were asked on tells it.</summary>
    [Fact]
    public async Task What_is_tagged_is_found_by_its_name_and_its_kind()
    {
        await using var server = await ServerHarness.StartAsync();
        await server.AddInstanceAsync("web-1");
        await server.SendAsync("ImportKeyPair", $$"""{"keyPairName":"key-1","publicKeyBase64":"{{Operations.KeyPairTests.PublicKey}}"}""");
        await server.SendAsync("TagResource", """{"resourceName":"web-1","tags":[{"key":"team","value":"web"}]}""");
        await server.SendAsync("UntagResource", """{"resourceName":"key-1","tagKeys":["team"]}""");
        await server.SendAsync("GetOperationsForResource", """{"resourceName":"web-1"}""");
        await server.FlushAuditAsync();

        Assert.Equal(["GetOperationsForResource", "TagResource"], await NamesAsync("ResourceName", "web-1"));
        Assert.Equal(["TagResource"], await NamesAsync("ResourceType", "AWS::Lightsail::Instance"));
        Assert.Equal(["UntagResource", "ImportKeyPair"], await NamesAsync("ResourceName", "key-1"));
        Assert.Equal(["UntagResource", "ImportKeyPair"], await NamesAsync("ResourceType", "AWS::Lightsail::KeyPair"));

        async Task<IEnumerable<string>> NamesAsync(string key, string value) =>
            (await server.LookupAsync($$"""{"LookupAttributes":[{"AttributeKey":"{{key}}","AttributeValue":"{{value}}"}]}""")).Select(one => one.Text("EventName"));
    }

    [Theory]
    [InlineData("arn:aws:lightsail:us-east-1:111122223333:Instance/00000000-0000-0000-0000-000000000001", "AWS::Lightsail::Instance")]
    [InlineData("arn:aws:lightsail:us-east-1:111122223333:StaticIp/00000000-0000-0000-0000-000000000001", "AWS::Lightsail::StaticIp")]
    [InlineData("arn:aws:iam::111122223333:user/ops/alice", "AWS::IAM::User")]
    [InlineData("arn:aws:iam::aws:policy/AdministratorAccess", "AWS::IAM::Policy")]
    [InlineData("arn:aws:portlight::111122223333:host/fra-07", "Portlight::Host")]
    [InlineData("arn:aws:lightsail:us-east-1:111122223333:*", null)]
    [InlineData("arn:aws:lightsail:us-east-1:111122223333:Disk/1", null)]
    [InlineData("arn:aws:iam::111122223333:root", null)]
    [InlineData("web-1", null)]
    public void An_ARN_tells_the_kind(string arn, string? type) => Assert.Equal(type, ThingTypes.OfArn(arn));

    [Fact]
    public async Task What_an_operation_shows_of_what_it_has_made_is_in_its_event()
    {
        await using var server = await ServerHarness.StartAsync();
        var matrix = new AuthorisationMatrix(server);
        await matrix.PrepareAsync();
        foreach (var entry in server.Server.Operations.Where(entry => entry.ShowsResult))
        {
            var sample = AuthorisationSamples.All[entry.Action].Replace("777788889999", AuthorisationMatrix.OtherAccount, StringComparison.Ordinal);
            Assert.Equal("ok", await matrix.AskAsync(entry, sample, "allowed"));
            var made = await server.LastEventAsync();
            Assert.Equal((entry.Name, JsonValueKind.Object), (made.Text("eventName"), made.GetProperty("responseElements").ValueKind));
        }
    }
}
