using Portlight.Api;

namespace Portlight.Cli.Settings;

/// <summary>
/// Reads the texts of one setting into the options. Returns null, with a problem that starts with the value, when a text is no value of it.
/// </summary>
internal delegate ServeOptions? ReadSetting(ServeOptions options, IReadOnlyList<string> texts, out string problem);

/// <summary>
/// One thing that <c>serve</c> can be told, by the same name in three places: <c>--lab-ipv4</c> on the command line, <c>PORTLIGHT_LAB_IPV4</c> in the
/// environment, <c>lab-ipv4</c> in a settings file.
/// </summary>
/// <param name="Name">Lower case, words joined by hyphens.</param>
/// <param name="Value">What stands for the value in a help text.</param>
/// <param name="Default">In words, as help and docs/settings.md show it.</param>
/// <param name="Description">What it decides, in one sentence without a full stop.</param>
/// <param name="IsList">May be given more than once; one text of the environment then holds several, with commas between.</param>
/// <param name="Read">Its parser.</param>
internal sealed record Setting(string Name, string Value, string Default, string Description, bool IsList, ReadSetting Read)
{
    /// <summary>Whether its value is a path: a relative one is relative to the current directory, in a settings file to the file's folder.</summary>
    public bool IsPath { get; init; }

    /// <summary>What the option means where it is given without a value; null where it needs one.</summary>
    public string? Alone { get; init; }

    public string Option => "--" + Name;

    public string EnvironmentVariable => SettingsReader.EnvironmentPrefix + Name.Replace('-', '_').ToUpperInvariant();
}
