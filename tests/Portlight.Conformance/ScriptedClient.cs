using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;

namespace Portlight.Conformance;

/// <summary>An SDK, in a script that makes the calls that it reads and writes what the SDK made of the replies: one line of JSON each way.</summary>
internal sealed class ScriptedClient : StockClient
{
    private readonly Process _process;
    private readonly Task<string> _errors;

    private ScriptedClient(ProcessStartInfo start, (string Name, string Value)[] variables)
    {
        foreach ((var name, var value) in variables)
        {
            start.Environment[name] = value;
        }

        _process = Programs.Start(start);
        _errors = _process.StandardError.ReadToEndAsync();
    }

    /// <summary>The folder of the scripts, in the source tree: the JavaScript one finds its packages from there.</summary>
    public static string Folder { get; } = FolderOf();

    /// <summary>Where npm puts packages.</summary>
    public static string Packages { get; } = Path.GetFullPath(Path.Combine(Folder, "../node_modules"));

    public static ScriptedClient Boto3(Installation installation, params (string Name, string Value)[] variables) =>
        new(installation.Inside(Programs.Find("python3", "python3-boto3"), "-u", Path.Combine(Folder, "boto3_client.py")), variables);

    /// <summary>boto3's client of another service than Lightsail.</summary>
    public static ScriptedClient Boto3Of(Installation installation, string service, params (string Name, string Value)[] variables) =>
        new(installation.Inside(Programs.Find("python3", "python3-boto3"), "-u", Path.Combine(Folder, "boto3_client.py"), service), variables);

    public static ScriptedClient JavaScript(Installation installation, params (string Name, string Value)[] variables) =>
        JavaScriptOf(installation, "javascript_client.mjs", "@aws-sdk/client-lightsail", "lightsail", variables);

    /// <summary>A script for Node and the npm package that it needs, with a service.</summary>
    public static ScriptedClient JavaScriptOf(Installation installation, string script, string package, string service, params (string Name, string Value)[] variables)
    {
        Assert.True(Directory.Exists(Path.Combine(Packages, package)), $"the npm package {package} is not installed: run `npm ci` in tests/Portlight.Conformance (./test does)");
        return new(installation.Inside(Programs.Find("node", "nodejs"), Path.Combine(Folder, script), service), variables);
    }

    /// <summary>A program that speaks as the scripts do.</summary>
    public static ScriptedClient Program(Installation installation, string program, string[] arguments, params (string Name, string Value)[] variables) => new(installation.Inside(program, arguments), variables);

    public override async Task<Answer> TryAsync(string operation, string input)
    {
        var reply = await AskAsync(new JsonObject { ["operation"] = operation, ["input"] = JsonNode.Parse(input) });
        return reply["error"] is { } error
            ? new Answer(new JsonObject(), (string)error["code"]!, (string)error["message"]!, (bool)error["typed"]!)
            : new Answer(reply["output"]!, null, "", IsTyped: false);
    }

    public override async Task<(IReadOnlyList<JsonNode> Entries, int? Pages)> ListAsync(string operation, string member)
    {
        var pages = (await AskAsync(new JsonObject { ["list"] = operation }))["pages"]!.AsArray();
        return ([.. pages.SelectMany(page => page![member]!.AsArray()).Select(entry => entry!)], pages.Count);
    }

    /// <summary>A list of something: every entry by the client's own paginator, with the number of pages.</summary>
    public async Task<(IReadOnlyList<JsonNode> Entries, int Pages)> ListAsync(string operation, string member, string input)
    {
        var pages = (await AskAsync(new JsonObject { ["list"] = operation, ["input"] = JsonNode.Parse(input) }))["pages"]!.AsArray();
        return ([.. pages.SelectMany(page => page![member]!.AsArray()).Select(entry => entry!)], pages.Count);
    }

    /// <summary>A change that must succeed, and must be confirmed within some seconds (boto3 alone). Returns until when, as the answer's header has it.</summary>
    public async Task<string> ChangeWithinAsync(int seconds, string operation, string input)
    {
        var reply = await AskAsync(new JsonObject { ["operation"] = operation, ["input"] = JsonNode.Parse(input), ["confirm"] = seconds });
        Assert.True(reply["error"] is null, $"{operation} {input}: {reply["error"]?.ToJsonString()}");
        Assert.Equal("Succeeded", (string?)reply["output"]!["operation"]!["status"]);
        return (string)reply["confirmBy"]!;
    }

    public override async ValueTask DisposeAsync()
    {
        _process.StandardInput.Close();
        await _process.WaitForExitAsync(TestContext.Current.CancellationToken);
        _process.Dispose();
    }

    private async Task<JsonNode> AskAsync(JsonObject request)
    {
        await _process.StandardInput.WriteLineAsync(request.ToJsonString());
        await _process.StandardInput.FlushAsync(TestContext.Current.CancellationToken);
        var line = await _process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken);
        if (line is null)
        {
            Assert.Fail($"the client's script ended: {await _errors}");
        }

        return JsonNode.Parse(line)!;
    }

    private static string FolderOf([CallerFilePath] string file = "") => Path.Combine(Path.GetDirectoryName(file)!, "Clients");
}
