using System.Text.Json;
using Portlight.Domain;
using Portlight.TestKit;

namespace Portlight.Server.Tests.Operations;

public sealed class RecordAndPagingTests
{
    [Fact]
    public async Task Operations_are_told_newest_first_and_by_resource()
    {
        await using var server = await ServerHarness.StartAsync();
        await server.CreateRunningAsync("web-1");
        server.Clock.Advance(TimeSpan.FromSeconds(1));
        await server.CreateRunningAsync("web-2");
        server.Clock.Advance(TimeSpan.FromSeconds(1));
        await server.SendAsync("RebootInstance", """{"instanceName":"web-1"}""");

        Assert.Equal(
            ["RebootInstance web-1", "CreateInstance web-2", "CreateInstance web-1"],
            (await server.SendAsync("GetOperations")).GetProperty("operations").EnumerateArray().Select(operation => $"{operation.Text("operationType")} {operation.Text("resourceName")}"));
        var ofOne = await server.SendAsync("GetOperationsForResource", """{"resourceName":"web-1"}""");
        Assert.Equal(["RebootInstance", "CreateInstance"], ofOne.GetProperty("operations").EnumerateArray().Select(operation => operation.Text("operationType")));
        Assert.Equal("operations", ofOne.Members());

        await server.SendAsync("DeleteInstance", """{"instanceName":"web-2"}""");
        Assert.Equal(2, (await server.SendAsync("GetOperationsForResource", """{"resourceName":"web-2"}""")).GetProperty("operations").GetArrayLength());
        Assert.Equal(new("NotFoundException", "DoesNotExist", "The resource does not exist: web-9"), await server.RefuseAsync("GetOperationsForResource", """{"resourceName":"web-9"}"""));
    }

    [Theory]
    [InlineData("""{"operationId":"9a77158f-7be3-4d6d-8054-cf5ae2b720cc"}""", "NotFoundException", "The Operation does not exist: 9a77158f-7be3-4d6d-8054-cf5ae2b720cc")]
    [InlineData("""{"operationId":"no guid"}""", "NotFoundException", "The Operation does not exist: no guid")]
    [InlineData("""{"operationId":" "}""", "InvalidInputException", "operationId: is missing")]
    [InlineData("{}", "InvalidInputException", "operationId: is missing")]
    public async Task An_unknown_operation_is_not_found(string body, string type, string message)
    {
        await using var server = await ServerHarness.StartAsync();
        var refused = await server.RefuseAsync("GetOperation", body);
        Assert.Equal((type, message), (refused.Type, refused.Message));
    }

    [Fact]
    public async Task Instances_come_in_pages_that_hold_each_once()
    {
        await using var server = await ServerHarness.StartAsync();
        await server.Server.Store.SaveAsync(
            (_, changes) =>
            {
                for (var i = 0; i < 205; i++)
                {
                    changes.Save(Sample(server, $"web-{i}", changes.NewIndex()));
                }

                return true;
            },
            TestContext.Current.CancellationToken);

        var names = await PagesAsync(server, "GetInstances", "instances", instance => instance.Text("name"));

        Assert.Equal([100, 100, 5], names.Select(page => page.Count));
        Assert.Equal(Enumerable.Range(0, 205).Select(i => $"web-{i}"), names.SelectMany(page => page));
        Assert.Equal([100, 100, 5], (await PagesAsync(server, "GetActiveNames", "activeNames", name => name.GetString()!)).Select(page => page.Count));
    }

    [Fact]
    public async Task Operations_come_in_pages_of_two_hundred()
    {
        await using var server = await ServerHarness.StartAsync();
        await server.Server.Store.SaveAsync(
            (_, changes) =>
            {
                for (var i = 0; i < 401; i++)
                {
                    changes.Save(new Operation
                    {
                        Id = Guid.NewGuid(),
                        Scope = server.Scope,
                        ResourceName = "ip-1",
                        ResourceType = ResourceType.StaticIp,
                        AvailabilityZone = "all",
                        OperationType = "AllocateStaticIp",
                        CreatedAt = server.Clock.GetUtcNow(),
                        Status = OperationStatus.Succeeded,
                        StatusChangedAt = server.Clock.GetUtcNow(),
                    });
                }

                return true;
            },
            TestContext.Current.CancellationToken);

        foreach (var (operation, more) in new[] { ("GetOperations", ""), ("GetOperationsForResource", """ "resourceName":"ip-1" """) })
        {
            var pages = await PagesAsync(server, operation, "operations", record => record.Text("id"), more);
            Assert.Equal([200, 200, 1], pages.Select(page => page.Count));
            Assert.Equal(401, pages.SelectMany(page => page).Distinct().Count());
        }
    }

    [Theory]
    [InlineData("GetInstances", "")]
    [InlineData("GetOperations", "")]
    [InlineData("GetOperationsForResource", """ "resourceName":"web-1", """)]
    [InlineData("GetStaticIps", "")]
    [InlineData("GetKeyPairs", "")]
    [InlineData("GetActiveNames", "")]
    [InlineData("GetBlueprints", "")]
    [InlineData("GetBundles", "")]
    public async Task A_token_that_the_operation_never_gave_is_refused(string operation, string more)
    {
        await using var server = await ServerHarness.StartAsync();
        foreach (var token in new[] { "", "nonsense!", "AAAA", Encoded($"{operation}:../../x y"), Encoded("SomethingElse:1"), Encoded($"{operation}:"), new string('A', 5000) })
        {
            var refused = await server.RefuseAsync(operation, $$"""{{{more}}"pageToken":"{{token}}"}""");
            Assert.Equal("InvalidInputException", refused.Type);
            Assert.StartsWith("pageToken: ", refused.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Accounts_and_regions_see_nothing_of_each_other()
    {
        await using var server = await ServerHarness.StartAsync();
        await server.CreateRunningAsync("web-1");
        var elsewhere = new Scope(server.Scope.AccountId, "eu-west-1");
        await server.Server.Store.SaveAsync((_, changes) => changes.Save(Sample(server, "web-2", changes.NewIndex()) with { Scope = elsewhere }), TestContext.Current.CancellationToken);
        Assert.Equal("DoesNotExist", (await server.RefuseAsync("GetInstance", """{"instanceName":"web-2"}""")).Code);
        Assert.Equal(1, (await server.SendAsync("GetInstances")).GetProperty("instances").GetArrayLength());
        await server.CreateRunningAsync("web-2");
    }

    private static async Task<List<List<string>>> PagesAsync(ServerHarness server, string operation, string list, Func<JsonElement, string> name, string more = "")
    {
        var pages = new List<List<string>>();
        string? token = null;
        do
        {
            var members = new[] { more.Trim(), token is null ? "" : $"\"pageToken\":\"{token}\"" }.Where(member => member.Length > 0);
            var answer = await server.SendAsync(operation, $"{{{string.Join(",", members)}}}");
            pages.Add([.. answer.GetProperty(list).EnumerateArray().Select(name)]);
            token = answer.Has("nextPageToken") ? answer.Text("nextPageToken") : null;
        }
        while (token is not null);

        return pages;
    }

    private static Instance Sample(ServerHarness server, string name, long index) => new()
    {
        Scope = server.Scope,
        Name = name,
        Id = Guid.NewGuid(),
        Index = index,
        CreatedAt = server.Clock.GetUtcNow(),
        AvailabilityZone = "us-east-1a",
        BlueprintId = "ubuntu_22_04",
        BundleId = "nano_3_0",
        Attachment = new Attachment.Recorded(),
        Ports = PortSet.Empty,
        State = InstanceState.Running,
        KeyPairName = KeyPair.DefaultName,
    };

    private static string Encoded(string text) => System.Buffers.Text.Base64Url.EncodeToString(System.Text.Encoding.UTF8.GetBytes(text));
}
