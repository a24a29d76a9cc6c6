using System.Globalization;
using System.Text.Json;
using Tomlyn.Parsing;
using Tomlyn.Syntax;

namespace Portlight.Cli.Settings;

/// <summary>
/// A settings file: flat pairs of name and value in TOML (<c>.toml</c>) or JSON (<c>.json</c>). A value is a string, a whole number, or for a list a list of them.
/// </summary>
internal static class SettingsFile
{
    /// <summary>For help texts and docs/settings.md.</summary>
    public const string DefaultInWords = "/etc/portlight.toml as root, else $XDG_CONFIG_HOME/portlight.toml";

    /// <summary>The file that is read when none is named, if it is there. The XDG base directory specification puts an unset or relative XDG_CONFIG_HOME at ~/.config.</summary>
    public static string Default(bool isRoot, Func<string, string?> environment)
    {
        if (isRoot)
        {
            return "/etc/portlight.toml";
        }

        var home = environment("XDG_CONFIG_HOME") is { } named && Path.IsPathRooted(named) ? named : Path.Combine(environment("HOME") ?? "/", ".config");
        return Path.Combine(home, "portlight.toml");
    }

    /// <summary>The file to read: the command line's, else the environment's, else the default one if it is there; null for none.</summary>
    public static string? Choose(string? option, string? variable, string? standard) =>
        !string.IsNullOrEmpty(option) ? option
        : !string.IsNullOrEmpty(variable) ? variable
        : File.Exists(standard) ? standard : null;

    /// <summary>Reads a file; what is wrong with it goes to <paramref name="problems"/>, each with the file's name.</summary>
    public static Dictionary<Setting, IReadOnlyList<string>> Read(string path, List<string> problems)
    {
        var texts = new Dictionary<Setting, IReadOnlyList<string>>();
        try
        {
            var text = File.ReadAllText(path);
            var pairs = Path.GetExtension(path) switch
            {
                ".toml" => ReadToml(text),
                ".json" => ReadJson(text),
                _ => throw new FormatException("the name of a settings file must end in .toml or .json"),
            };
            foreach (var (name, values) in pairs)
            {
                if (ServeSettings.Find(name) is { } setting)
                {
                    texts[setting] = setting.IsPath ? [.. values.Select(value => Located(value, path))] : values;
                }
                else
                {
                    problems.Add($"{path}: `{name}` is not a setting{Suggestion.For(name, ServeSettings.All.Select(known => known.Name))}; docs/settings.md lists them");
                }
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or FormatException or JsonException)
        {
            problems.Add(exception.Message.Contains(path, StringComparison.Ordinal) ? exception.Message : $"{path}: {exception.Message}");
        }

        return texts;
    }

    /// <summary>The server may be started in any directory, so a relative path is taken from the folder of the file.</summary>
    private static string Located(string value, string file) =>
        value.Length == 0 || value == ServeSettings.NoAuditLog ? value : Path.GetFullPath(value, Path.GetDirectoryName(Path.GetFullPath(file))!);

    private static List<(string Name, IReadOnlyList<string> Values)> ReadJson(string text)
    {
        var options = new JsonDocumentOptions { AllowDuplicateProperties = false, CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };
        using var document = JsonDocument.Parse(text, options);
        if (document.RootElement.ValueKind != JsonValueKind.Object)
        {
            throw new FormatException("a settings file must hold one JSON object");
        }

        return [.. document.RootElement.EnumerateObject().Select(property => (property.Name, Values(property)))];
    }

    private static IReadOnlyList<string> Values(JsonProperty property) =>
        property.Value.ValueKind == JsonValueKind.Array
            ? [.. property.Value.EnumerateArray().Select(element => Value(property.Name, element))]
            : [Value(property.Name, property.Value)];

    private static string Value(string name, JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.String => element.GetString()!,
        JsonValueKind.Number => element.GetRawText(),
        _ => throw WrongKind(name),
    };

    private static List<(string Name, IReadOnlyList<string> Values)> ReadToml(string text)
    {
        var document = SyntaxParser.Parse(text);
        if (document.HasErrors)
        {
            var first = document.Diagnostics[0];
            throw new FormatException($"line {first.Span.Start.Line + 1}: {first.Message}");
        }

        if (document.Tables.ChildrenCount > 0)
        {
            throw new FormatException("settings are plain lines of `name = value`, without [tables]");
        }

        var pairs = new List<(string, IReadOnlyList<string>)>();
        foreach (var pair in document.KeyValues)
        {
            var name = pair.Key?.ToString().Trim() ?? "";
            pairs.Add((name, pair.Value is ArraySyntax list ? [.. list.Items.Select(item => Value(name, item.Value))] : [Value(name, pair.Value)]));
        }

        return pairs;
    }

    private static string Value(string name, ValueSyntax? value) => value switch
    {
        StringValueSyntax text => text.Value ?? "",
        IntegerValueSyntax number => number.Value.ToString(CultureInfo.InvariantCulture),
        _ => throw WrongKind(name),
    };

    private static FormatException WrongKind(string name) => new($"`{name}` must be a string, a whole number, or a list of them");
}
