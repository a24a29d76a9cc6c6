using Portlight.Cli.Settings;

namespace Portlight.Cli;

/// <summary>Where an installation keeps its state when nobody says otherwise.</summary>
internal static class DataDirectory
{
    public const string EnvironmentVariable = "PORTLIGHT_DATA";

    /// <summary>As the settings say it, for help texts and docs/settings.md.</summary>
    public const string DefaultInWords = "/var/lib/portlight as root, else $XDG_DATA_HOME/portlight";

    /// <summary>The XDG base directory specification puts an unset or relative XDG_DATA_HOME at ~/.local/share.</summary>
    public static string Default(bool isRoot, Func<string, string?> environment)
    {
        if (isRoot)
        {
            return "/var/lib/portlight";
        }

        var home = environment("XDG_DATA_HOME") is { } named && Path.IsPathRooted(named)
            ? named
            : Path.Combine(environment("HOME") ?? "/", ".local", "share");
        return Path.Combine(home, "portlight");
    }

    /// <summary>What a verb works on: its <c>--data</c>, else the environment, else the settings file that <c>serve</c> would read, else the default.</summary>
    /// <exception cref="UsageException">The settings file cannot be read, so it is not known what it says.</exception>
    public static string Resolve(string? option) => Resolve(option, Environment.IsPrivilegedProcess, Environment.GetEnvironmentVariable);

    internal static string Resolve(string? option, bool isRoot, Func<string, string?> environment) =>
        Path.GetFullPath(option ?? NotEmpty(environment(EnvironmentVariable)) ?? OfSettingsFile(isRoot, environment) ?? Default(isRoot, environment));

    private static string? OfSettingsFile(bool isRoot, Func<string, string?> environment)
    {
        if (SettingsFile.Choose(option: null, environment(SettingsReader.FileVariable), SettingsFile.Default(isRoot, environment)) is not { } file)
        {
            return null;
        }

        var problems = new List<string>();
        var settings = SettingsFile.Read(file, problems);
        // Another setting that is wrong is `serve`'s to refuse; a file that cannot be read at all may name a directory.
        return settings.FirstOrDefault(setting => setting.Key.Name == "data").Value is [var directory] ? directory
            : settings.Count == 0 && problems.Count > 0 ? throw new UsageException(string.Join('\n', problems))
            : null;
    }

    private static string? NotEmpty(string? text) => string.IsNullOrEmpty(text) ? null : text;
}
