using System.CommandLine;

namespace Portlight.Cli.Verbs;

/// <summary><c>--data DIR</c>, the same in every verb that works on an installation.</summary>
internal static class DataOption
{
    public static Option<string?> Create() => new("--data")
    {
        HelpName = "DIR",
        Description = $"The installation's data directory (default: {DataDirectory.EnvironmentVariable}, else {DataDirectory.DefaultInWords})",
    };
}
