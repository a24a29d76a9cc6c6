using System.Diagnostics;
using System.Text.RegularExpressions;

namespace Portlight.Conformance;

/// <summary>
/// The console examples of README, typed as they stand there, in their order, on a machine of their own: every command succeeds or fails as shown, and what is
/// shown is what comes. A command without output is shown without it. Numbers that every installation draws anew are not compared.
/// </summary>
public sealed partial class ReadmeTests
{
    private const string Mark = "@@@ ";

    /// <summary>In the status where the kernel can (Linux 6.9).</summary>
    private const string KernelsWord = ", rules owned";

    [Fact]
    public async Task Every_console_example_of_README_does_what_it_shows()
    {
        List<Example> examples = [.. Read(await File.ReadAllTextAsync(Path.Combine(Root, "README.md"), TestContext.Current.CancellationToken))];
        Assert.True(examples.Count >= 12, $"README has {examples.Count} console examples; they are looked for in ```console blocks, after `$ `");
        var directory = Directory.CreateTempSubdirectory("portlight-readme-");
        try
        {
            var output = await RunAsync(directory.FullName, Script(examples));
            var shown = output.Split(Mark)[1..];
            Assert.True(shown.Length == examples.Count, output);
            foreach ((var example, var real) in examples.Zip(shown))
            {
                var parts = real.Split('\n', 2);
                var code = parts[0];
                Assert.True(example.Fails ? code != "0" : code == "0", $"{example.Command}\nended with {code}:\n{parts[1]}");
                if (example.Output.Length > 0 && !example.IsBackground)
                {
                    Assert.Equal(Comparable(example.Output), Comparable(parts[1]));
                }
            }
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    private static string Root { get; } = Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "../../../.."));

    private static IEnumerable<Example> Read(string readme)
    {
        foreach (Match block in Block().Matches(readme))
        {
            // A command goes on in the next line after a backslash, and inside quotes.
            foreach (Match example in Command().Matches(block.Groups["text"].Value))
            {
                yield return new Example(example.Groups["command"].Value, example.Groups["output"].Value);
            }
        }
    }

    private static string Script(List<Example> examples)
    {
        var script = new System.Text.StringBuilder();
        foreach (var example in examples)
        {
            if (example.IsBackground)
            {
                script.Append(example.Command).Append('\n');
                if (Served().Match(example.Command) is { Success: true } served)
                {
                    script.Append($"for i in $(seq 300); do {served.Groups["in"].Value} ss -Hltn 'sport = :{served.Groups["port"].Value}' | grep -q . && break; sleep 0.1; done\n");
                }

                script.Append("echo '").Append(Mark).Append("0'\n");
                continue;
            }

            script.Append("{ ").Append(example.Command).Append("\n} >output 2>&1; code=$?\necho \"").Append(Mark).Append("$code\"; cat output\n");
        }

        // The namespaces of the lab go with the mount namespace; the processes with the one of processes.
        return script.Append("kill $(jobs -p); exit 0\n").ToString();
    }

    private static async Task<string> RunAsync(string directory, string script)
    {
        await File.WriteAllTextAsync(Path.Combine(directory, "script"), script);
        File.CreateSymbolicLink(Path.Combine(directory, "portlight"), Installation.Portlight);
        var start = new ProcessStartInfo(
            Programs.Find("unshare", "util-linux"),
            ["--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc", "--", "sh", "-c", "ip link set lo up && mount -t tmpfs tmpfs /run && exec bash script"])
        {
            WorkingDirectory = directory,
        };
        Installation.Clean(start);
        start.Environment["HOME"] = directory;
        start.Environment["PORTLIGHT_DATA"] = Path.Combine(directory, "data");
        start.Environment["PATH"] = $"{Path.GetDirectoryName(Programs.Find("aws", "awscli"))}:{start.Environment["PATH"]}";
        (var code, var output, var errors) = await Programs.RunAsync(start);
        Assert.True(code == 0, $"{code}\n{output}\n{errors}");
        return output;
    }

    private static string Comparable(string output) => Space().Replace(Drawn().Replace(output.Replace(KernelsWord, "", StringComparison.Ordinal), "#"), " ").Trim();

    private sealed record Example(string Command, string Output)
    {
        public bool IsBackground => Command.EndsWith('&');

        public bool Fails => Output.Contains("An error occurred", StringComparison.Ordinal) || Output is "000\n";
    }

    [GeneratedRegex(@"^```console\n(?<text>.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Block();

    [GeneratedRegex(@"^\$ (?<command>(?:[^'\n\\]|\\.|\\\n|'[^']*')+)\n(?<output>(?:(?!\$ ).*\n)*)", RegexOptions.Multiline)]
    private static partial Regex Command();

    [GeneratedRegex(@"^(?<in>ip netns exec \S+) .*http\.server (?<port>\d+)")]
    private static partial Regex Served();

    /// <summary>Ids, times, revisions and the version; and lines of a table, which are as long as its cells.</summary>
    [GeneratedRegex(@"[0-9a-f]{8}-[0-9a-f-]{27}|\b1\d{9}\.\d+|""\d{4}-\d\d-\d\dT[^""]*""|revision \d+|portlight \d+\.\d+\.\d+\S*|─+")]
    private static partial Regex Drawn();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Space();
}
