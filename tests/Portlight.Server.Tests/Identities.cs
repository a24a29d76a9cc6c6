using System.Text;
using System.Text.Json;
using Portlight.Domain;
using Portlight.TestKit;
using Portlight.Wire.SigV4;

namespace Portlight.Server.Tests;

/// <summary>Users of a test's server, written as rows, and what they are answered.</summary>
internal static class Identities
{
    public const string LookAtEverything = """{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"lightsail:Get*","Resource":"*"}]}""";

    /// <summary>A user with an access key and inline policies <c>p0</c>, <c>p1</c>, …; <paramref name="with"/> adds the rest.</summary>
    public static async Task<AwsCredentials> AddUserAsync(this ServerHarness server, string name, string[] policies, Func<User, User>? with = null, string? account = null)
    {
        account ??= server.Scope.AccountId;
        var user = new User
        {
            AccountId = account,
            Name = name,
            Path = "/",
            Id = "AIDA" + name.ToUpperInvariant().PadRight(17, 'A'),
            CreatedAt = server.Clock.GetUtcNow(),
            InlinePolicies = IdentityDefaults.Policies.AddRange(policies.Select((policy, i) => KeyValuePair.Create($"p{i}", policy))),
        };
        return await server.AddKeyAsync(account, await server.SaveAsync(with?.Invoke(user) ?? user));
    }

    public static async Task<User> SaveAsync(this ServerHarness server, User user) => await server.Server.Store.SaveAsync((_, changes) =>
    {
        changes.Save(user);
        return user;
    }, TestContext.Current.CancellationToken);

    /// <summary>Another account, ready, with its root key.</summary>
    public static async Task<AwsCredentials> AddAccountAsync(this ServerHarness server)
    {
        var json = Wire.PortlightApi.PortlightJson.Default;
        var made = await server.Client().SendAsync(
            "Portlight_20261122.CreateAccount", new Wire.PortlightApi.CreateAccountRequest(), json.CreateAccountRequest, json.CreateAccountResponse, TestContext.Current.CancellationToken);
        await server.Server.Setup.RunOnceAsync();
        return new AwsCredentials(made.AccessKeyId, made.SecretAccessKey);
    }

    /// <summary>A managed policy; returns its ARN.</summary>
    public static async Task<string> AddPolicyAsync(this ServerHarness server, string name, string document)
    {
        var now = server.Clock.GetUtcNow();
        var policy = new ManagedPolicy
        {
            AccountId = server.Scope.AccountId,
            Name = name,
            Path = "/",
            Id = "ANPA" + name.ToUpperInvariant().PadRight(17, 'A'),
            CreatedAt = now,
            UpdatedAt = now,
            Versions = [new ManagedPolicyVersion(1, document, now)],
            DefaultVersion = 1,
            LastVersion = 1,
        };
        return await server.Server.Store.SaveAsync((_, changes) =>
        {
            changes.Save(policy);
            return policy.Arn;
        }, TestContext.Current.CancellationToken);
    }

    /// <summary>Changes an instance's row as somebody else's request would.</summary>
    public static Task<Instance> ChangeAsync(this ServerHarness server, string name, Func<Instance, Instance> change) =>
        server.Server.Store.SaveAsync((view, changes) => changes.Save(change(view.FindInstance(server.Scope, name)!)), TestContext.Current.CancellationToken);

    public static Task TagAsync(this ServerHarness server, string name, string key, string? value) =>
        server.ChangeAsync(name, instance => instance with { Tags = instance.Tags.SetItem(key, value) });

    /// <summary>What a call of an operation of Lightsail is answered: <c>ok</c>, or the error and its message.</summary>
    public static async Task<Answered> AskAsync(this ServerHarness server, AwsCredentials who, string operation, string body = "{}", string target = "Lightsail_20161128.")
    {
        using var request = server.Request(target + operation, Encoding.UTF8.GetBytes(body), who);
        using var answer = await server.Http.SendAsync(request, TestContext.Current.CancellationToken);
        var text = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        if (answer.IsSuccessStatusCode)
        {
            return new Answered("ok", "");
        }

        var error = JsonSerializer.Deserialize<JsonElement>(text);
        return new Answered(error.Text("__type"), error.Text("message"));
    }

    /// <summary>Makes a key inactive.</summary>
    public static Task<AwsCredentials> DisableAsync(this ServerHarness server, AwsCredentials key) => server.Server.Store.SaveAsync((view, changes) =>
    {
        changes.Save(view.FindAccessKey(key.AccessKeyId)! with { IsActive = false });
        return key;
    }, TestContext.Current.CancellationToken);

    private static async Task<AwsCredentials> AddKeyAsync(this ServerHarness server, string account, User user)
    {
        var id = "AKIA" + Guid.NewGuid().ToString("N")[..16].ToUpperInvariant();
        var secret = Guid.NewGuid().ToString("N");
        await server.Server.Store.SaveAsync((_, changes) =>
        {
            changes.Save(new AccessKey(id, account, user.Name, server.Secrets.Seal(Encoding.UTF8.GetBytes(secret)), IsActive: true, server.Clock.GetUtcNow()) { UserId = user.Id });
            return true;
        }, TestContext.Current.CancellationToken);
        return new AwsCredentials(id, secret);
    }
}

/// <summary>An answer: <c>ok</c> or the type of its error, and the message.</summary>
internal sealed record Answered(string Type, string Message)
{
    public bool IsOk => Type == "ok";
}
