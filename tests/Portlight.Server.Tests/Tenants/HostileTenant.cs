using System.Text;
using Portlight.Domain;
using Portlight.TestKit;
using Portlight.Wire.Client;
using Portlight.Wire.SigV4;
using static Portlight.Server.Tests.Iam.IamCalls;

namespace Portlight.Server.Tests.Tenants;

/// <summary>An account that means ill, with as much of everything as its quotas give it, and the ways in which it tries to take the server from the others.</summary>
internal sealed class HostileTenant
{
    private const int Connections = 8;
    private const int Flood = 100;

    private readonly ServerHarness _server;
    private readonly AwsCredentials _root;
    private readonly AwsCredentials _mallory;
    private int _made;

    private HostileTenant(ServerHarness server, AwsCredentials root, AwsCredentials mallory) => (_server, _root, _mallory) = (server, root, mallory);

    /// <summary>The ways, by name: each runs until it is told to stop.</summary>
    public IReadOnlyDictionary<string, Func<CancellationToken, Task>> Ways => new Dictionary<string, Func<CancellationToken, Task>>(StringComparer.Ordinal)
    {
        ["writes"] = WritesAsync,
        ["slow patterns"] = stop => RepeatAsync(() => Form(_mallory, "Action=UpdateUser&Version=2010-05-08&UserName=mallory&NewPath=%2Fx%2F", new string('a', 12_000)), stop),
        ["simulations"] = stop => RepeatAsync(() => Form(_root, Simulation), stop),
        ["many users"] = stop => RepeatAsync(() => Form(_root, $"Action=CreateUser&Version=2010-05-08&UserName=u{Interlocked.Increment(ref _made)}"), stop, isNew: true),
        ["long lists"] = stop => RepeatAsync(() => Form(_root, "Action=GetAccountAuthorizationDetails&Version=2010-05-08&MaxItems=1000"), stop),
        ["slow bodies"] = SlowBodiesAsync,
        ["slow readers"] = SlowReadersAsync,
    };

    public static async Task<HostileTenant> CreateAsync(ServerHarness server)
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
        return new HostileTenant(server, root, await server.AddUserAsync("mallory", [Allow("*")], user => user with { Groups = [.. groups] }, account));
    }

    /// <summary>A form of some 150 KB: 900 resources, a value of 4,096 characters, patterns of 2,000.</summary>
    private static string Simulation { get; } = "Action=SimulateCustomPolicy&Version=2010-05-08&MaxItems=1000&ActionNames.member.1=lightsail%3AX"
        + "&ContextEntries.member.1.ContextKeyName=aws%3Ax&ContextEntries.member.1.ContextKeyType=string&ContextEntries.member.1.ContextKeyValues.member.1=" + new string('a', 4_096)
        + string.Concat(Enumerable.Range(1, 8).Select(i => $"&PolicyInputList.member.{i}={Uri.EscapeDataString(Allow("*", condition: $$"""{"StringNotLike":{"aws:x":"*{{new string('a', 100)}}b"} }"""))}"))
        + string.Concat(Enumerable.Range(1, 900).Select(i => $"&ResourceArns.member.{i}=arn%3Aaws%3Alightsail%3Aus-east-1%3A111122223333%3AInstance%2F{i:D80}"));

    /// <summary>Calls without a pause from a few connections; what is refused is refused for its work or for the account's share.</summary>
    private async Task RepeatAsync(Func<byte[]> request, CancellationToken stop, bool isNew = false)
    {
        var first = request();
        await Task.WhenAll(Enumerable.Range(0, Connections).Select(_ => Task.Run(async () =>
        {
            using var caller = new RawCaller(_server.Endpoint);
            while (!stop.IsCancellationRequested)
            {
                await caller.CallAsync(isNew ? request() : first);
            }
        }, CancellationToken.None)));
    }

    /// <summary>Changes of ports of its own, from as many connections as the store takes writes of one account, and more.</summary>
    private async Task WritesAsync(CancellationToken stop)
    {
        var account = _server.Server.Store.View.ListAccounts().First(one => !one.IsOwner).Id;
        var template = _server.Server.Store.View.FindInstance(_server.Scope, "web-1")!;
        var scope = _server.Scope with { AccountId = account };
        await _server.Server.Store.SaveAsync((view, changes) =>
        {
            for (var i = 0; i < Flood && view.FindInstance(scope, $"flood-{i}") is null; i++)
            {
                changes.Save(template with { Scope = scope, Name = $"flood-{i}", Id = Guid.NewGuid(), Index = changes.NewIndex() });
            }

            return true;
        }, CancellationToken.None);
        await Task.WhenAll(Enumerable.Range(0, Flood).Select(i => Task.Run(async () =>
        {
            using var caller = new RawCaller(_server.Endpoint);
            byte[][] puts = [Put(i, 80), Put(i, 443)];
            for (var turn = 0; !stop.IsCancellationRequested; turn++)
            {
                await caller.CallAsync(puts[turn % 2]);
            }
        }, CancellationToken.None)));
    }

    private byte[] Put(int instance, int port)
    {
        var body = Encoding.ASCII.GetBytes($$"""{"instanceName":"flood-{{instance}}","portInfos":[{"fromPort":{{port}},"toPort":{{port}},"protocol":"tcp"}]}""");
        using var signed = _server.Request("Lightsail_20161128.PutInstancePublicPorts", body, _root);
        return RawCaller.BytesOf(signed, body);
    }

    /// <summary>Hundreds of requests of which most of the body does not come.</summary>
    private async Task SlowBodiesAsync(CancellationToken stop)
    {
        var callers = new List<RawCaller>();
        try
        {
            var request = Form(_root, Simulation);
            for (var i = 0; i < 400; i++)
            {
                callers.Add(new RawCaller(_server.Endpoint));
                await callers[^1].SendAsync(request.AsMemory(0, 20_000));
            }

            await StoppedAsync(stop);
        }
        catch (IOException)
        {
            // the server has no patience with them
        }
        finally
        {
            callers.ForEach(caller => caller.Dispose());
        }
    }

    /// <summary>Twenty callers that ask for the longest answer there is, again and again, and read nothing.</summary>
    private async Task SlowReadersAsync(CancellationToken stop)
    {
        var callers = new List<RawCaller>();
        try
        {
            var request = Form(_root, "Action=GetAccountAuthorizationDetails&Version=2010-05-08&MaxItems=1000");
            for (var i = 0; i < 20; i++)
            {
                callers.Add(new RawCaller(_server.Endpoint));
                await callers[^1].SendAsync(request);
            }

            await StoppedAsync(stop);
        }
        finally
        {
            callers.ForEach(caller => caller.Dispose());
        }
    }

    private byte[] Form(AwsCredentials who, string form, string? userAgent = null)
    {
        var body = Encoding.ASCII.GetBytes(form);
        using var message = new HttpRequestMessage(HttpMethod.Post, _server.Endpoint) { Content = new ByteArrayContent(body) };
        message.Content.Headers.ContentType = new("application/x-www-form-urlencoded");
        RequestSigning.Sign(message, body, who, _server.Scope.Region, _server.Clock.GetUtcNow(), "iam");
        return RawCaller.BytesOf(message, body, userAgent);
    }

    private static async Task StoppedAsync(CancellationToken stop)
    {
        var stopped = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = stop.Register(() => stopped.SetResult());
        await stopped.Task;
    }
}
