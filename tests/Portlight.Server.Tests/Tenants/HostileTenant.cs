using Portlight.Domain;
using Portlight.TestKit;
using Portlight.TestKit.Network;
using Portlight.TestKit.Serving;
using static Portlight.Server.Tests.Iam.IamCalls;

namespace Portlight.Server.Tests.Tenants;

/// <summary>An account that means ill, with as much of everything as its quotas give it, and the process that tries to take the server from the others with it.</summary>
internal sealed class HostileTenant : IDisposable
{
    private readonly ReadyProcess _process;

    private HostileTenant(ReadyProcess process) => _process = process;

    /// <summary>Begins one of <see cref="HostileWays"/>; it goes on until it is told to end.</summary>
    public Task BeginAsync(string way) => AskAsync(way, HostileProcess.Begun);

    public Task EndAsync() => AskAsync("", HostileProcess.Ended);

    public void Dispose() => _process.Dispose();

    /// <param name="server">The server.</param>
    /// <param name="template">What its own instances are like.</param>
    public static async Task<HostileTenant> CreateAsync(ServerHarness server, Instance template)
    {
        var root = await server.AddAccountAsync();
        var account = server.Server.Store.View.ListAccounts().First(account => !account.IsOwner).Id;
        var slow = Allow("*", condition: $$"""{"StringLike":{"aws:UserAgent":"*{{new string('a', 900)}}b"} }""").Replace("Allow", "Deny", StringComparison.Ordinal); // denies are all looked at
        var groups = Enumerable.Range(0, 10).Select(i => $"g{i}").ToArray();
        await server.Server.Store.SaveAsync((_, changes) =>
        {
            var now = server.Clock.GetUtcNow();
            for (var i = 0; i < 100; i++)
            {
                changes.Save(new ManagedPolicy
                {
                    AccountId = account,
                    Name = $"p{i:D3}",
                    Path = "/",
                    Id = $"ANPA{i:D17}",
                    CreatedAt = now,
                    UpdatedAt = now,
                    Versions = [.. Enumerable.Range(1, 5).Select(version => new ManagedPolicyVersion(version, slow + new string(' ', 18_000), now))],
                    DefaultVersion = 1,
                    LastVersion = 5,
                });
            }

            for (var i = 0; i < 10; i++)
            {
                changes.Save(new Group
                {
                    AccountId = account,
                    Name = groups[i],
                    Path = "/",
                    Id = $"AGPA{i:D17}",
                    CreatedAt = now,
                    AttachedPolicies = [.. Enumerable.Range(i * 10, 10).Select(policy => $"arn:aws:iam::{account}:policy/p{policy:D3}")],
                });
            }

            for (var i = 0; i < HostileWays.Flood; i++)
            {
                changes.Save(template with { Scope = template.Scope with { AccountId = account }, Name = $"flood-{i}", Id = Guid.NewGuid(), Index = changes.NewIndex() });
            }

            for (var i = 0; i < 500; i++)
            {
                changes.Save(new User
                {
                    AccountId = account,
                    Name = $"filler{i:D4}",
                    Path = "/",
                    Id = $"AIDA{i:D17}",
                    CreatedAt = now,
                    InlinePolicies = IdentityDefaults.Policies.Add("p", Allow("*") + new string(' ', 8_000)),
                });
            }

            return true;
        }, TestContext.Current.CancellationToken);
        var mallory = await server.AddUserAsync("mallory", [Allow("*")], user => user with { Groups = [.. groups] }, account);
        return new HostileTenant(await HostileProcess.StartAsync(server.Endpoint, server.Scope.Region, root, mallory));
    }

    private async Task AskAsync(string command, string expected)
    {
        await _process.Process.StandardInput.WriteLineAsync(command);
        await _process.Process.StandardInput.FlushAsync(TestContext.Current.CancellationToken);
        var said = await _process.Process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(Deadline.Span, TestContext.Current.CancellationToken);
        Assert.True(said == expected, said ?? await _process.Error);
    }
}
