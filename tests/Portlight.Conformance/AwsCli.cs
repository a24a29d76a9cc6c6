using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Portlight.Conformance;

/// <summary>The AWS CLI, one process a call, which is forked from one that has it loaded where that can be.</summary>
internal sealed partial class AwsCli(Installation installation, params (string Name, string Value)[] variables) : StockClient
{
    /// <summary>The first of versions 1 and 2 that read AWS_ENDPOINT_URL. An older one would call the real AWS, if it were told nothing else.</summary>
    private static readonly Version ReadsVariable1 = new(1, 29), ReadsVariable2 = new(2, 13);

    private static readonly ConcurrentDictionary<string, Lazy<Task<Version>>> Versions = [];

    /// <summary>How it is started: the program of the distribution, which is version 2, unless another is given.</summary>
    public IReadOnlyList<string> Command
    {
        get => field ?? [Programs.Find("aws", "awscli")];
        init;
    }

    /// <summary>Started from nothing for each call, as a shell does it.</summary>
    public bool StartsAnew { get; init; }

    /// <summary>The service that <see cref="TryAsync"/> calls.</summary>
    public string Service { get; init; } = "lightsail";

    /// <summary>The exit code of a call that the service refused: 254 of version 2, 255 of version 1, which is its code for everything.</summary>
    public int ServiceRefused { get; init; } = 254;

    public override async Task<Answer> TryAsync(string operation, string input)
    {
        (var code, var output, var errors) = await RunServiceAsync(Service, CommandOf(operation), "--cli-input-json", input);
        if (code == 0)
        {
            return new Answer(JsonNode.Parse(output.Trim().Length > 0 ? output : "{}")!, null, "", IsTyped: false);
        }

        var refusal = Refusal().Match(errors);
        Assert.True(refusal.Success, $"`aws {Service} {CommandOf(operation)}` ended with {code}: {errors}");
        return new Answer(new JsonObject(), refusal.Groups["code"].Value, refusal.Groups["message"].Value, IsTyped: code == ServiceRefused);
    }

    /// <summary>The CLI goes through all pages by itself and shows one list.</summary>
    public override async Task<(IReadOnlyList<JsonNode> Entries, int? Pages)> ListAsync(string operation, string member) =>
        ([.. (await CallAsync(operation))[member]!.AsArray().Select(entry => entry!)], null);

    public override ValueTask DisposeAsync() => ValueTask.CompletedTask;

    /// <summary>`aws lightsail` with these words.</summary>
    public Task<(int ExitCode, string Output, string Errors)> RunAsync(params IEnumerable<string> words) => RunServiceAsync("lightsail", words);

    /// <summary>The command of another service with these words.</summary>
    public async Task<(int ExitCode, string Output, string Errors)> RunServiceAsync(string service, params IEnumerable<string> words)
    {
        List<string> whole = [service, .. words];
        var start = installation.Inside(Command[0], Command.Skip(1));
        foreach ((var name, var value) in variables)
        {
            start.Environment[name] = value;
        }

        var version = await Versions.GetOrAdd(string.Join(' ', Command), _ => new(VersionAsync)).Value;
        if (version < (version.Major == 1 ? ReadsVariable1 : ReadsVariable2))
        {
            whole.AddRange(["--endpoint-url", start.Environment["AWS_ENDPOINT_URL"]!]);
        }

        if (!StartsAnew && installation.Loaded(Command) is { } loaded)
        {
            return await loaded.RunAsync(whole, start.Environment);
        }

        foreach (var word in whole)
        {
            start.ArgumentList.Add(word);
        }

        return await Programs.RunAsync(start);
    }

    private async Task<Version> VersionAsync()
    {
        (_, var output, var errors) = await Programs.RunAsync(installation.Inside(Command[0], [.. Command.Skip(1), "--version"]));
        return Version.Parse(VersionText().Match(output + errors).Groups["version"].Value);
    }

    /// <summary>PutInstancePublicPorts is put-instance-public-ports.</summary>
    private static string CommandOf(string operation) => Hump().Replace(operation, "-$0").ToLowerInvariant();

    [GeneratedRegex(@"An error occurred \((?<code>\w+)\) when calling the \w+ operation(?: \([^)]*\))?: (?<message>.*)", RegexOptions.Singleline)]
    private static partial Regex Refusal();

    [GeneratedRegex(@"^aws-cli/(?<version>\d+\.\d+\.\d+)")]
    private static partial Regex VersionText();

    [GeneratedRegex(@"(?<!^)[A-Z]")]
    private static partial Regex Hump();
}
