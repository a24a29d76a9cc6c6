using System.Collections;
using System.CommandLine;

namespace Portlight.Cli.Settings;

/// <summary>The settings as options of a command: the same for <c>serve</c>, which uses them, and <c>check</c>, which shows them.</summary>
internal sealed class ServeCommandLine
{
    private readonly Dictionary<Setting, Option<string[]>> _options = ServeSettings.All.ToDictionary(setting => setting, Option);

    private readonly Option<string?> _file = new("--settings")
    {
        HelpName = "FILE",
        Description = $"Settings in TOML or JSON (default: {SettingsReader.FileVariable}, else {SettingsFile.DefaultInWords}, if it is there)",
    };

    public void AddTo(Command command)
    {
        command.Add(_file);
        foreach (var option in _options.Values)
        {
            command.Add(option);
        }
    }

    /// <summary>Command line, environment and file together.</summary>
    public SettingsReading Read(ParseResult parsed)
    {
        var given = _options
            .Where(option => parsed.GetResult(option.Value) is { Implicit: false })
            .ToDictionary(option => option.Key, IReadOnlyList<string> (option) => Texts(option.Key, parsed.GetValue(option.Value) ?? []));
        return SettingsReader.ReadAll(
            given,
            parsed.GetValue(_file),
            EnvironmentVariables(),
            SettingsFile.Default(Environment.IsPrivilegedProcess, Environment.GetEnvironmentVariable),
            DataDirectory.Default(Environment.IsPrivilegedProcess, Environment.GetEnvironmentVariable));
    }

    private static string[] Texts(Setting setting, string[] given) => given.Length == 0 && setting.Alone is { } alone ? [alone] : given;

    private static Option<string[]> Option(Setting setting) => new(setting.Option)
    {
        HelpName = setting.Value,
        Description = $"{setting.Description} (default: {setting.Default})",
        Arity = setting.Alone is null ? ArgumentArity.OneOrMore : ArgumentArity.ZeroOrMore,
        AllowMultipleArgumentsPerToken = false,
    };

    private static Dictionary<string, string> EnvironmentVariables() =>
        Environment.GetEnvironmentVariables().Cast<DictionaryEntry>().ToDictionary(variable => (string)variable.Key, variable => (string?)variable.Value ?? "", StringComparer.Ordinal);
}
