namespace Portlight.Cli.Settings;

/// <summary>What a setting says that <c>serve</c> would start with on this machine, for verbs that work beside it: the environment, else the settings file.</summary>
internal static class StandingSetting
{
    /// <summary>Null where neither names it. Of a list, or of a text that is empty, nothing is found.</summary>
    /// <exception cref="UsageException">The settings file cannot be read, so it is not known what it says.</exception>
    public static string? Find(string name, bool isRoot, Func<string, string?> environment) =>
        environment(ServeSettings.Find(name)!.EnvironmentVariable) is { Length: > 0 } variable ? variable : OfFile(name, isRoot, environment);

    private static string? OfFile(string name, bool isRoot, Func<string, string?> environment)
    {
        if (SettingsFile.Choose(option: null, environment(SettingsReader.FileVariable), SettingsFile.Default(isRoot, environment)) is not { } file)
        {
            return null;
        }

        var problems = new List<string>();
        var settings = SettingsFile.Read(file, problems);
        // Another setting that is wrong is `serve`'s to refuse; a file that cannot be read at all may have it.
        return settings.FirstOrDefault(setting => setting.Key.Name == name).Value is [var text] ? text
            : settings.Count == 0 && problems.Count > 0 ? throw new UsageException(string.Join('\n', problems))
            : null;
    }
}
