using Microsoft.Extensions.Logging.Abstractions;
using Portlight.Api;
using Portlight.Policies;

namespace Portlight.Server.Tests.Access;

public sealed class PrincipalsTests
{
    private const string Document = """{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"lightsail:Get*","Resource":"*"}]}""";

    [Fact]
    public async Task Policies_of_unchanged_rows_are_compiled_once_and_a_changed_row_again()
    {
        await using var server = await ServerHarness.StartAsync();
        var arns = new List<string>();
        for (var i = 0; i < 100; i++)
        {
            arns.Add(await server.AddPolicyAsync($"policy-{i}", Document));
        }

        await server.AddUserAsync("alice", [Document], user => user with { AttachedPolicies = [.. arns, "arn:aws:iam::aws:policy/IAMReadOnlyAccess"] });
        var principals = new Principals(NullLogger<Principals>.Instance);
        var view = server.Server.Store.View;
        PrincipalPolicies Resolve() => principals.Of(view, view.FindUser(server.Scope.AccountId, "alice")!);

        var first = Resolve();
        Assert.Equal(102, first.Identity.Length);
        Assert.Same(first, Resolve());

        await server.AddPolicyAsync("policy-7", Document);
        Assert.Equal(1, first.Identity.Zip(Resolve().Identity).Count(pair => !ReferenceEquals(pair.First, pair.Second)));
    }

    [Fact]
    public void Policies_of_AWS_can_be_read_and_are_found_by_their_ARN() => Assert.All(BuiltInPolicies.All, policy =>
    {
        Assert.True(PolicyDocument.TryParse(policy.Default.Document, PolicyKind.Identity, out _, out var problems), string.Join("; ", problems));
        Assert.True(BuiltInPolicies.TryFind($"arn:aws:iam::aws:policy/{policy.Name}", out var found));
        Assert.Same(policy, found);
    });
}
