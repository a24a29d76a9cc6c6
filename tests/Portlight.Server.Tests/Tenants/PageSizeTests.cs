using System.Net.Sockets;
using Portlight.Domain;
using Portlight.TestKit;
using static Portlight.Server.Tests.Iam.IamCalls;

namespace Portlight.Server.Tests.Tenants;

/// <summary>An answer is held in memory until its caller has read it, however slowly: pages are cut by their size, and together they are the whole list.</summary>
public sealed class PageSizeTests
{
    /// <summary>What a page may have: about a megabyte, and one entry more.</summary>
    private const int MostBytes = 2_000_000;

    [Fact]
    public async Task The_details_of_an_account_come_in_pages_of_about_a_megabyte()
    {
        await using var server = await ServerHarness.StartAsync();
        var document = Allow("lightsail:*") + new string(' ', 20_000); // three characters each in the answer
        await server.Server.Store.SaveAsync((_, changes) =>
        {
            for (var i = 0; i < 60; i++)
            {
                var now = server.Clock.GetUtcNow();
                changes.Save(new ManagedPolicy
                {
                    AccountId = server.Scope.AccountId,
                    Name = $"p{i:D2}",
                    Path = "/",
                    Id = $"ANPA{i:D17}",
                    CreatedAt = now,
                    UpdatedAt = now,
                    Versions = [.. Enumerable.Range(1, 5).Select(version => new ManagedPolicyVersion(version, document, now))],
                    DefaultVersion = 1,
                    LastVersion = 5,
                });
            }

            return true;
        }, TestContext.Current.CancellationToken);

        var expected = Enumerable.Range(0, 60).Select(i => $"p{i:D2}");
        Assert.Equal(expected, await NamesAsync(server, "GetAccountAuthorizationDetails", "Policies", ("Filter.member.1", "LocalManagedPolicy")));
        Assert.Equal(expected, await NamesAsync(server, "ListPolicies", "Policies", ("Scope", "Local")));
        Assert.Equal("60", (await server.IamAsync("GetAccountSummary")).Raw.Split("<key>Policies</key>")[1].Split("<value>")[1].Split('<')[0]);
    }

    [Fact]
    public async Task Instances_come_in_pages_of_about_a_megabyte()
    {
        await using var server = await ServerHarness.StartAsync();
        var ports = PortSet.Of(Enumerable.Range(1, 50).Select(port => new PortRule(
            new PortKey(NetworkProtocol.Tcp, port, port),
            [],
            [.. Enumerable.Range(0, 60).Select(i => Cidr.Create(AddressFamily.InterNetworkV6, new UInt128(0x2001_0DB8_1111_2222, 0x3333_4444_5555_0000 + (ulong)i), 128))],
            [])));
        for (var i = 0; i < 30; i++)
        {
            await server.AddInstanceAsync($"web-{i:D2}", ports);
        }

        var names = new List<string>();
        string? token = null;
        do
        {
            server.Clock.Advance(TimeSpan.FromSeconds(1)); // large answers are paid from the account's share
            using var answer = await server.PostAsync("GetInstances", token is null ? "{}" : $$"""{"pageToken":"{{token}}"}""");
            Assert.InRange(answer.Content.Headers.ContentLength!.Value, 100, MostBytes);
            var page = System.Text.Json.JsonSerializer.Deserialize<System.Text.Json.JsonElement>(await answer.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken));
            names.AddRange(page.GetProperty("instances").EnumerateArray().Select(instance => instance.Text("name")));
            token = page.Has("nextPageToken") ? page.Text("nextPageToken") : null;
        }
        while (token is not null);

        Assert.Equal(Enumerable.Range(0, 30).Select(i => $"web-{i:D2}"), names);
    }

    [Fact]
    public async Task A_list_of_which_little_matches_ends_its_page_when_enough_was_looked_at()
    {
        await using var server = await ServerHarness.StartAsync();
        await server.Server.Store.SaveAsync((_, changes) =>
        {
            for (var i = 0; i < 2_500; i++)
            {
                changes.Save(new User { AccountId = server.Scope.AccountId, Name = $"u{i:D4}", Path = i == 2_400 ? "/rare/" : "/", Id = $"AIDA{i:D17}", CreatedAt = server.Clock.GetUtcNow() });
            }

            return true;
        }, TestContext.Current.CancellationToken);

        var first = await server.IamAsync("ListUsers", ("PathPrefix", "/rare/"));
        Assert.Empty(first.List("Users"));
        Assert.Equal("true", first.Text("IsTruncated"));
        Assert.Equal(["u2400"], await NamesAsync(server, "ListUsers", "Users", ("PathPrefix", "/rare/")));
        Assert.Equal(2_500, (await NamesAsync(server, "ListUsers", "Users", ("MaxItems", "1000"))).Count);
    }

    private static async Task<List<string>> NamesAsync(ServerHarness server, string action, string list, params (string, string)[] asked)
    {
        var names = new List<string>();
        string? marker = null;
        do
        {
            server.Clock.Advance(TimeSpan.FromSeconds(1));
            var answer = await server.IamAsync(action, marker is null ? asked : [.. asked, ("Marker", marker)]);
            Assert.True(answer.Raw.Length < MostBytes, $"a page of {action} has {answer.Raw.Length} characters");
            names.AddRange(answer.List(list).Select(entry => entry.Text(list == "Users" ? "UserName" : "PolicyName")));
            marker = answer.Has("Marker") ? answer.Text("Marker") : null;
        }
        while (marker is not null);

        return names;
    }
}
