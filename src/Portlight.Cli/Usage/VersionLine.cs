using System.CommandLine;
using System.CommandLine.Invocation;
using System.Reflection;

namespace Portlight.Cli.Usage;

/// <summary><c>portlight 0.1.0 (130f1182e18e)</c>: the version that <c>status</c> shows, and the commit that it was built from.</summary>
internal sealed class VersionLine : SynchronousCommandLineAction
{
    /// <summary>As agents and servers tell each other.</summary>
    internal static string Release => $"portlight {typeof(VersionLine).Assembly.GetName().Version?.ToString(3)}";

    private const int ShortCommit = 12;

    public override int Invoke(ParseResult parseResult)
    {
        var whole = typeof(VersionLine).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "0";
        var parts = whole.Split('+', 2);
        parseResult.InvocationConfiguration.Output.WriteLine(parts is [var version, var commit] ? $"portlight {version} ({commit[..Math.Min(ShortCommit, commit.Length)]})" : $"portlight {whole}");
        return ExitCode.Done;
    }
}
