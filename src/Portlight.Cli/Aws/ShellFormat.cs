using System.Text.Json;


namespace Portlight.Cli.Aws;

/// <summary>Environment variables as a shell or a program reads them.</summary>
internal static class ShellFormat
{
    public const string Posix = "sh";
    public const string Fish = "fish";
    public const string Json = "json";

    /// <summary>One line for a shell; an indented object for JSON.</summary>
    public static string Write(string format, IReadOnlyList<(string Name, string Value)> variables) => format switch
    {
        Fish => string.Join(' ', variables.Select(variable => $"set -gx {variable.Name} {Quote(variable.Value, FishEscapes)};")),
        Json => JsonSerializer.Serialize(variables.ToDictionary(), VariablesJson.Default.DictionaryStringString),
        _ => "export " + string.Join(' ', variables.Select(variable => $"{variable.Name}={Quote(variable.Value, PosixEscapes)}")),
    };

    /// <summary>What makes <c>eval "$(…)" &amp;&amp; next</c> stop: an eval of nothing succeeds, and what follows would run with the settings that the shell had before. Null for JSON.</summary>
    public static string? Failure(string format) => format == Json ? null : "false";

    private static string PosixEscapes(string value) => value.Replace("'", "'\\''", StringComparison.Ordinal);

    private static string FishEscapes(string value) => value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("'", "\\'", StringComparison.Ordinal);

    /// <summary>A secret has <c>/</c> and <c>+</c> in it, which need no quotes.</summary>
    private static string Quote(string value, Func<string, string> escape) =>
        value.Length > 0 && value.All(c => char.IsAsciiLetterOrDigit(c) || "_-.:/+=@%,".Contains(c, StringComparison.Ordinal)) ? value : $"'{escape(value)}'";
}
