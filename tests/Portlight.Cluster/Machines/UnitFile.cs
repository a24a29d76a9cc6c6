namespace Portlight.Cluster.Machines;

/// <summary>What systemd would run for a unit: its command, user and environment (systemd.exec(5), systemd.service(5)); not its sandbox.</summary>
/// <param name="Command">The words of <c>ExecStart=</c>, variables replaced.</param>
/// <param name="User">The user; root without <c>User=</c>.</param>
/// <param name="Environment">The variables.</param>
/// <param name="EndsWhole">Whether what it has started ends with it (<c>KillMode=mixed</c>).</param>
internal sealed record UnitFile(IReadOnlyList<string> Command, string User, IReadOnlyDictionary<string, string> Environment, bool EndsWhole)
{
    /// <param name="path">The unit's file.</param>
    /// <param name="name">Without <c>.service</c>.</param>
    /// <param name="etc">The <c>/etc</c> of the machine, where files with its environment are.</param>
    public static UnitFile Read(string path, string name, string etc)
    {
        var more = Path.Combine(etc, $"systemd/system/{name}.service.d");
        string[] files = [path, .. Directory.Exists(more) ? [.. Directory.GetFiles(more, "*.conf").Order(StringComparer.Ordinal)] : Array.Empty<string>()];
        var lines = files.SelectMany(File.ReadAllLines).Where(line => line.Contains('=', StringComparison.Ordinal) && !line.StartsWith('#')).Select(line => line.Split('=', 2)).Select(pair => (Key: pair[0], Value: pair[1])).ToList();
        var environment = new Dictionary<string, string>(StringComparer.Ordinal) { ["PATH"] = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin", ["LANG"] = "C.UTF-8" };
        foreach (var (key, value) in lines)
        {
            if (key == "Environment")
            {
                Add(environment, value.StartsWith('"') ? value.Trim('"').Split("\" \"") : [value]);
            }
            else if (key == "EnvironmentFile" && Path.Combine(etc, value.TrimStart('-').Replace("%p", name, StringComparison.Ordinal)["/etc/".Length..]) is var file && File.Exists(file))
            {
                Add(environment, File.ReadAllLines(file).Where(line => line.Contains('=', StringComparison.Ordinal) && !line.StartsWith('#')));
            }
        }

        var command = lines.Single(line => line.Key == "ExecStart").Value.Split(' ').SelectMany(word => word.StartsWith('$') ? environment[word[1..]].Split(' ', StringSplitOptions.RemoveEmptyEntries) : [word]);
        return new UnitFile([.. command], lines.FirstOrDefault(line => line.Key == "User").Value ?? "root", environment, lines.LastOrDefault(line => line.Key == "KillMode").Value == "mixed");
    }

    private static void Add(Dictionary<string, string> to, IEnumerable<string> assignments)
    {
        foreach (var pair in assignments.Select(one => one.Split('=', 2)))
        {
            to[pair[0]] = pair[1].Trim('"');
        }
    }
}
