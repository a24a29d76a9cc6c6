using System.CommandLine;
using Portlight.Cli.Usage;

namespace Portlight.Cli.Service;

/// <summary>The manual pages where <c>man</c> looks for what an administrator has installed. Touches only pages that bear our mark; a machine without room for them is none the worse.</summary>
/// <param name="root">The root folder of the image; null for this machine.</param>
/// <param name="command">The command that the pages are about.</param>
/// <param name="output">Where it is told what was done.</param>
internal sealed class InstalledPages(string? root, Command command, TextWriter output)
{
    private const string Folder = "/usr/local/share/man/man1";

    public void Write() => Try(() =>
    {
        Directory.CreateDirectory(root + Folder);
        var pages = ManualPage.All(command).Where(page => IsOurs(PathOf(page.File))).ToList();
        foreach (var (file, text) in pages)
        {
            File.WriteAllText(PathOf(file), text);
        }

        output.WriteLine($"wrote {pages.Count} manual pages to {root}{Folder}");
    });

    public void Remove() => Try(() =>
    {
        var pages = Directory.Exists(root + Folder) ? [.. Directory.GetFiles(root + Folder, "portlight*.1").Where(IsOurs)] : (List<string>)[];
        pages.ForEach(File.Delete);
        if (pages.Count > 0)
        {
            output.WriteLine($"removed {pages.Count} manual pages from {root}{Folder}");
        }
    });

    private string PathOf(string file) => $"{root}{Folder}/{file}";

    private static bool IsOurs(string path) => !File.Exists(path) || File.ReadLines(path).FirstOrDefault() == ManualPage.Mark;

    private void Try(Action action)
    {
        try
        {
            action();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            output.WriteLine($"manual pages are left as they were: {exception.Message}");
        }
    }
}
