using Portlight.Api;
using Portlight.Domain;
using Portlight.Server.Tests.Iam;
using Portlight.TestKit;

namespace Portlight.Server.Tests.Access;

/// <summary>
/// The boundary for delegated administrators against thousands of calls of every operation of IAM and STS that changes something or hands out a key: nobody outside of their path is changed, and
/// nobody within it is without the boundary. An operation or a parameter that comes later is among them by itself.
/// </summary>
public sealed class BoundaryWalkTests(ITestOutputHelper output)
{
    private const string Account = "111122223333", Name = "delegated-admin-boundary", Boundary = $"arn:aws:iam::{Account}:policy/{Name}";
    private const string Administrator = "arn:aws:iam::aws:policy/AdministratorAccess";
    private static readonly int Calls = Environment.GetEnvironmentVariable("PORTLIGHT_STORM") == "1" ? 20_000 : 1_500;

    private static readonly Dictionary<string, string[]> Values = new(StringComparer.Ordinal)
    {
        ["UserName"] = ["alice", "bob", "carol", "new-1", "outside"],
        ["NewUserName"] = ["new-2", "alice2", "outside2"],
        ["Path"] = ["/team/", "/team/", "/"],
        ["NewPath"] = ["/team/", "/", "/team/deep/"],
        ["PermissionsBoundary"] = [Boundary, Boundary, Administrator],
        ["PolicyArn"] = [Boundary, Administrator, $"arn:aws:iam::{Account}:policy/all"],
        ["PolicyName"] = ["own", "all"],
        ["PolicyDocument"] = [IamCalls.AllowAll],
        ["AssumeRolePolicyDocument"] = [IamCalls.TrustAccount],
        ["GroupName"] = ["admins", "new-1"],
        ["RoleName"] = ["admin", "new-1"],
        ["RoleArn"] = [$"arn:aws:iam::{Account}:role/admin"],
        ["RoleSessionName"] = ["out"],
        ["VersionId"] = ["v1", "v2"],
        ["SetAsDefault"] = ["true"],
        ["Status"] = ["Active", "Inactive"],
        ["MaxSessionDuration"] = ["3600"],
        ["DurationSeconds"] = ["3600"],
        ["Key"] = ["team"],
        ["Value"] = ["web"],
    };

    [Fact]
    public async Task No_call_leads_out_of_the_boundary()
    {
        await using var server = await ServerHarness.StartAsync(options => options with { RequestsPerSecond = 0 });
        await server.AddPolicyAsync(Name, PolicyFiles.Read(Name));
        await server.AddPolicyAsync("all", IamCalls.AllowAll);
        await server.IamAsync("CreateGroup", ("GroupName", "admins"));
        await server.IamAsync("PutGroupPolicy", ("GroupName", "admins"), ("PolicyName", "all"), ("PolicyDocument", IamCalls.AllowAll));
        await server.IamAsync("CreateRole", ("RoleName", "admin"), ("AssumeRolePolicyDocument", IamCalls.TrustAccount));
        await server.UserAsync("outside", IamCalls.AllowAll);
        static User Within(User user) => user with { Path = "/team/", BoundaryArn = Boundary };
        var alice = await server.AddUserAsync("alice", [IamCalls.AllowAll], Within);
        var operations = server.Server.Operations.Where(entry => entry.Service.SpeaksQuery && (!entry.IsReadOnly || entry.HandsOutSecret) && entry.Name != "GetSessionToken").ToList(); // which is alice herself
        var (random, allowed) = (new Random(20261127), 0);
        for (var i = 0; i < Calls; i++)
        {
            foreach (var name in new[] { "bob", "carol" }.Where(name => server.Server.Store.View.FindUser(Account, name) is null))
            {
                await server.AddUserAsync(name, [], Within);
            }

            var before = Outside(server);
            var entry = operations[random.Next(operations.Count)];
            var parameters = Parameters(entry.Parameters, random).ToArray();
            var form = string.Join('&', parameters.Prepend(("Version", entry.Service.Version!)).Prepend(("Action", entry.Name)).Select(pair => $"{pair.Item1}={Uri.EscapeDataString(pair.Item2)}"));

            var (status, text) = entry.Service == ApiService.Iam ? await IamCalls.PostAsync(server, alice, form) : await StsAsync(server, alice, entry.Name, parameters);

            Assert.True(status < 500, $"{form}: {text}");
            Assert.True(entry.Name != "AssumeRole" || status != 200, form);
            allowed += status == 200 ? 1 : 0;
            Assert.True(before == Outside(server), $"{form}: {before} became {Outside(server)}");
            Assert.All(Team(server), user => Assert.True(user.BoundaryArn == Boundary, $"{form}: {user.Name} has {user.BoundaryArn}"));
            if (server.Server.Store.View.FindUser(Account, "alice") is null || server.Server.Store.View.FindAccessKey(alice.AccessKeyId) is not { IsActive: true })
            {
                foreach (var renamed in server.Server.Store.View.ListUsers(Account).Where(user => user.Id.Contains("ALICE", StringComparison.Ordinal)).ToList())
                {
                    await server.ChangeAsync(changes => changes.Remove(renamed));
                }

                alice = await server.AddUserAsync("alice", [IamCalls.AllowAll], Within); // she may delete herself, or take her own key away
            }
        }

        output.WriteLine($"{allowed} of {Calls} calls were carried out");
        Assert.True(allowed > Calls / 50, $"{allowed} calls were carried out");
    }

    private static IEnumerable<User> Team(ServerHarness server) => server.Server.Store.View.ListUsers(Account).Where(user => user.Path.StartsWith("/team/", StringComparison.Ordinal));

    /// <summary>All that the boundary leaves to others, as text.</summary>
    private static string Outside(ServerHarness server)
    {
        var view = server.Server.Store.View;
        return string.Join('\n',
        [
            .. view.ListUsers(Account).Where(user => !user.Path.StartsWith("/team/", StringComparison.Ordinal)).Select(user => $"{user.Arn} {user.BoundaryArn} {string.Join(' ', user.Groups)} {string.Join(' ', user.InlinePolicies)} {string.Join(' ', user.AttachedPolicies)} {string.Join(' ', view.ListAccessKeysOf(Account, user.Name))}"),
            .. view.ListAccessKeysOf(Account, null).Select(key => key.ToString()),
            .. view.ListGroups(Account).Select(group => $"{group.Arn} {string.Join(' ', group.InlinePolicies)} {string.Join(' ', group.AttachedPolicies)}"),
            .. view.ListRoles(Account).Select(role => $"{role.Arn} {role.TrustPolicy} {role.BoundaryArn} {string.Join(' ', role.InlinePolicies)} {string.Join(' ', role.AttachedPolicies)}"),
            .. view.ListManagedPolicies(Account).Select(policy => $"{policy.Arn} {policy.DefaultVersion} {string.Join(' ', policy.Versions)}"),
        ]);
    }

    private static async Task<(int Status, string Text)> StsAsync(ServerHarness server, Wire.SigV4.AwsCredentials caller, string action, (string, string)[] parameters)
    {
        var (status, root) = await Sts.StsCalls.SendAsync(server, caller, action, "us-east-1", parameters);
        return (status, root.ToString());
    }

    /// <summary>A value for most of the parameters; a list has one entry.</summary>
    private static IEnumerable<(string, string)> Parameters(ParameterShape shape, Random random, string prefix = "")
    {
        foreach (var parameter in shape.Members.Where(_ => random.Next(8) > 0))
        {
            var name = prefix + parameter.Name;
            if (parameter.Shape.Element is { IsStructure: true } element)
            {
                foreach (var inner in Parameters(element, random, name + ".member.1."))
                {
                    yield return inner;
                }
            }
            else if (Values.TryGetValue(parameter.Name, out var known))
            {
                yield return (parameter.Shape.Element is null ? name : name + ".member.1", known[random.Next(known.Length)]);
            }
            else if (parameter.Name is not ("SerialNumber" or "TokenCode" or "ExternalId" or "Policy" or "SourceIdentity"))
            {
                yield return (parameter.Shape.Element is null ? name : name + ".member.1", "new-1");
            }
        }
    }
}
