using System.CommandLine;
using Portlight.Cli.Settings;
using Portlight.Domain;
using Spectre.Console;

namespace Portlight.Cli.Verbs;

/// <summary><c>portlight check</c>: reads the settings as <c>serve</c> would, shows what is in force and where it comes from. Starts and changes nothing.</summary>
internal static class CheckVerb
{
    public static Command Create()
    {
        var settings = new ServeCommandLine();
        var command = new Command("check", "Check the settings of serve, and show the ones in force with where they come from");
        settings.AddTo(command);
        command.SetAction(parsed =>
        {
            var reading = settings.Read(parsed);
            var options = reading.Require();
            foreach (var problem in Missing(options.TlsCertificate, options.TlsKey).Append(UnknownRegion(options.Region)).OfType<string>())
            {
                throw new UsageException(problem);
            }

            var output = parsed.InvocationConfiguration.Output;
            output.WriteLine(reading.File is { } file ? $"settings file {file}" : "no settings file");
            Screen.Write(output, Table(reading));
            return ExitCode.Done;
        });
        return command;
    }

    /// <summary>What <c>serve</c> would notice only when it opens them.</summary>
    private static IEnumerable<string> Missing(params string?[] files) =>
        files.OfType<string>().Where(file => !File.Exists(file)).Select(file => $"{file} is not there, or not this user's to read");

    private static string? UnknownRegion(string region) => Regions.Find(region) is null ? $"`{region}` is not a region of Lightsail" : null;

    private static Table Table(SettingsReading reading)
    {
        var table = new Table().Border(TableBorder.None).HideHeaders().AddColumns("setting", "value", "from");
        foreach (var setting in ServeSettings.All)
        {
            var (place, text) = reading.Origins.GetValueOrDefault(setting, ("default", setting.Default));
            table.AddRow(setting.Name, Markup.Escape(setting.Name == "data" ? reading.Options!.DataDirectory : text), Markup.Escape(place));
        }

        return table;
    }
}
