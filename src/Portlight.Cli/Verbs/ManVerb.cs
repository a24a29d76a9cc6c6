using System.CommandLine;
using Portlight.Cli.Usage;

namespace Portlight.Cli.Verbs;

/// <summary><c>portlight man DIR</c>: writes the manual pages, which this program makes of its own verbs.</summary>
internal static class ManVerb
{
    public static Command Create()
    {
        var directory = new Argument<string>("directory") { Description = "Where to write, as in /usr/local/share/man/man1; it is made if it is not there" };
        var command = new Command("man", "Write the manual pages") { directory };
        command.SetAction(parsed =>
        {
            var folder = Directory.CreateDirectory(parsed.GetRequiredValue(directory));
            var pages = ManualPage.All(parsed.RootCommandResult.Command).ToList();
            foreach (var (file, text) in pages)
            {
                File.WriteAllText(Path.Combine(folder.FullName, file), text);
            }

            parsed.InvocationConfiguration.Output.WriteLine($"wrote {pages.Count} pages to {folder.FullName}");
            return ExitCode.Done;
        });
        return command;
    }
}
