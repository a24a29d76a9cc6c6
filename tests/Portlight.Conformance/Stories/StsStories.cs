using System.Text.Json.Nodes;

namespace Portlight.Conformance.Stories;

/// <summary>Clients of which only STS is to be had: who calls, a session that is used at once, and refusals in the client's own types.</summary>
public abstract class StsStoryTests(Installation installation)
{
    private protected Installation Installation { get; } = installation;

    private protected abstract StockClient Open(params (string Name, string Value)[] variables);

    [Fact]
    public async Task The_caller_is_told_a_session_is_used_and_refusals_are_in_types_of_its_own()
    {
        await using var root = Open();
        var caller = await root.CallAsync("GetCallerIdentity");
        var account = (string)caller["Account"]!;
        Assert.Equal($"arn:aws:iam::{account}:root", (string?)caller["Arn"]);

        var given = (await root.CallAsync("GetSessionToken", """{"DurationSeconds": 900}"""))["Credentials"]!;
        await using var session = Open(
            ("AWS_ACCESS_KEY_ID", (string)given["AccessKeyId"]!), ("AWS_SECRET_ACCESS_KEY", (string)given["SecretAccessKey"]!), ("AWS_SESSION_TOKEN", (string)given["SessionToken"]!));
        Assert.Equal((string?)caller["Arn"], (string?)(await session.CallAsync("GetCallerIdentity"))["Arn"]);

        await root.RefusedAsync("AccessDenied", "AssumeRole", $$"""{"RoleArn": "arn:aws:iam::{{account}}:role/nobody", "RoleSessionName": "me"}""");
        await using var liar = Open(("AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"));
        await liar.RefusedAsync("SignatureDoesNotMatch", "GetCallerIdentity");
    }
}

/// <summary>The core of the AWS SDK for Ruby, as the distribution packs it.</summary>
public sealed class RubyStoryTests(Installation installation) : StsStoryTests(installation)
{
    private protected override StockClient Open(params (string Name, string Value)[] variables)
    {
        NotRun.Unless(Programs.TryFind("ruby") is not null && Directory.Exists("/usr/share/rubygems-integration/all/gems") && Directory.GetDirectories("/usr/share/rubygems-integration/all/gems", "aws-sdk-core-3*").Length > 0, "no AWS SDK for Ruby here: install ruby-aws-sdk-core");
        return ScriptedClient.Program(Installation, Programs.Find("ruby", "ruby"), [Path.Combine(ScriptedClient.Folder, "ruby_client.rb")], variables);
    }
}

/// <summary>The AWS SDK for .NET, version 4.</summary>
public sealed class DotNetStoryTests(Installation installation) : StsStoryTests(installation)
{
    /// <summary>Of the same configuration as these tests.</summary>
    private static readonly string Client = Path.GetFullPath(Path.Combine(
        AppContext.BaseDirectory, "../../Portlight.Conformance.DotNet", Path.GetFileName(AppContext.BaseDirectory.TrimEnd('/')), "Portlight.Conformance.DotNet"));

    private protected override StockClient Open(params (string Name, string Value)[] variables) => ScriptedClient.Program(Installation, Client, [], variables);
}
