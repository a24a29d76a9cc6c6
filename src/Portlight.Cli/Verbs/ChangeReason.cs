using System.CommandLine;

namespace Portlight.Cli.Verbs;

/// <summary>The option that says why ports are changed, for people who read the history later.</summary>
internal static class ChangeReason
{
    public static Option<string?> Option() => new("--reason") { HelpName = "WORDS", Description = "Why, in a line that `portlight history` and the audit log keep; takes the permission portlight:ApplyPorts, too" };
}
