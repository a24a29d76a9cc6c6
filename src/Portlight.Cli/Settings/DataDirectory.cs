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
        Path.GetFullPath(option ?? StandingSetting.Find("data", isRoot, environment) ?? Default(isRoot, environment));
}
