using Portlight.Api;

namespace Portlight.Cli.Settings;

/// <summary>One source of settings: what they are called there, and their texts.</summary>
/// <param name="NameOf">How that source spells a setting, for problems.</param>
/// <param name="Texts">Texts by setting; a list setting may have several.</param>
internal sealed record SettingsSource(Func<Setting, string> NameOf, IReadOnlyDictionary<Setting, IReadOnlyList<string>> Texts);

/// <summary>
/// Makes <see cref="ServeOptions"/> of the command line, the environment and a settings file. The nearer one wins, setting by setting: command line,
/// environment, file, default. All problems are collected, and an unknown name is one, because a misspelt setting would silently leave its default in force.
/// </summary>
internal static class SettingsReader
{
    public const string EnvironmentPrefix = "PORTLIGHT_";

    /// <summary>Names the settings file itself; the command line's <c>--settings</c> wins.</summary>
    public const string FileVariable = EnvironmentPrefix + "SETTINGS";

    /// <summary>Reads and checks everything; null when <paramref name="problems"/> has any.</summary>
    /// <param name="commandLine">Texts of the options that were given.</param>
    /// <param name="settingsFile">The value of <c>--settings</c>; null when not given.</param>
    /// <param name="environment">All environment variables.</param>
    /// <param name="defaultData">The data directory when no source names one.</param>
    /// <param name="problems">What is wrong, each with the place it stands in.</param>
    public static ServeOptions? Read(
        IReadOnlyDictionary<Setting, IReadOnlyList<string>> commandLine,
        string? settingsFile,
        IReadOnlyDictionary<string, string> environment,
        string defaultData,
        out IReadOnlyList<string> problems)
    {
        var reading = ReadAll(commandLine, settingsFile, environment, defaultFile: null, defaultData);
        problems = reading.Problems;
        return reading.Options;
    }

    /// <summary>The same, with where each setting came from.</summary>
    /// <param name="commandLine">Texts of the options that were given.</param>
    /// <param name="settingsFile">The value of <c>--settings</c>; null when not given.</param>
    /// <param name="environment">All environment variables.</param>
    /// <param name="defaultFile">Read when no file is named, if it is there.</param>
    /// <param name="defaultData">The data directory when no source names one.</param>
    public static SettingsReading ReadAll(
        IReadOnlyDictionary<Setting, IReadOnlyList<string>> commandLine,
        string? settingsFile,
        IReadOnlyDictionary<string, string> environment,
        string? defaultFile,
        string defaultData)
    {
        var found = new List<string>();
        var origins = new Dictionary<Setting, (string Place, string Text)>();
        var path = SettingsFile.Choose(settingsFile, environment.GetValueOrDefault(FileVariable), defaultFile);
        var file = path is null ? new Dictionary<Setting, IReadOnlyList<string>>() : SettingsFile.Read(path, found);
        SettingsSource[] sources =
        [
            new(setting => setting.Option, commandLine),
            new(setting => setting.EnvironmentVariable, ReadEnvironment(environment, found)),
            new(setting => $"{path}: {setting.Name}", file),
        ];

        var options = new ServeOptions { DataDirectory = defaultData };
        foreach (var setting in ServeSettings.All)
        {
            // Every source is checked, the ones that lose too: a bad line in the file must not wait for the day the command line drops its option.
            foreach (var source in sources.Reverse().Where(source => source.Texts.ContainsKey(setting)))
            {
                options = Apply(options, setting, source, found);
                origins[setting] = (source.NameOf(setting), string.Join(", ", source.Texts[setting]));
            }
        }

        found.AddRange(found.Count == 0 ? ServeSettings.FindContradictions(options) : []);
        return new SettingsReading(found.Count == 0 ? options : null, found, origins, path);
    }

    private static ServeOptions Apply(ServeOptions options, Setting setting, SettingsSource source, List<string> problems)
    {
        var texts = source.Texts[setting];
        if (texts.Count != 1 && !setting.IsList)
        {
            problems.Add($"{source.NameOf(setting)} must be given once, and has {texts.Count} values");
            return options;
        }

        var read = setting.Read(options, texts, out var problem);
        if (read is null)
        {
            problems.Add($"{source.NameOf(setting)}: {problem}");
        }

        return read ?? options;
    }

    private static Dictionary<Setting, IReadOnlyList<string>> ReadEnvironment(IReadOnlyDictionary<string, string> environment, List<string> problems)
    {
        var texts = new Dictionary<Setting, IReadOnlyList<string>>();
        foreach (var (name, value) in environment.OrderBy(variable => variable.Key, StringComparer.Ordinal))
        {
            if (!name.StartsWith(EnvironmentPrefix, StringComparison.Ordinal) || name == FileVariable)
            {
                continue;
            }

            if (ServeSettings.FindVariable(name) is not { } setting)
            {
                problems.Add($"the environment variable {name} is not a setting{Suggestion.For(name, ServeSettings.All.Select(known => known.EnvironmentVariable).Append(FileVariable))}; docs/settings.md lists them");
            }
            else if (value.Length > 0)
            {
                // An empty variable is an unset one: that is how a shell or a service file takes one back.
                texts[setting] = setting.IsList ? value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) : [value];
            }
        }

        return texts;
    }
}
