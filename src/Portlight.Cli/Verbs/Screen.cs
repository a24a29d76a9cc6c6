using Portlight.Domain;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Portlight.Cli.Verbs;

/// <summary>Tables and progress for a person. Never used by serve: loading it costs more than starting the server.</summary>
internal static class Screen
{
    /// <summary>Nothing wraps where no terminal has a width: a line is a record there.</summary>
    private const int NoTerminal = 10_000;

    /// <summary>A console on a writer: with colours where a terminal reads along, plain and wide where a pipe does.</summary>
    public static IAnsiConsole On(TextWriter writer)
    {
        var isTerminal = IsTerminal(writer);
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(writer),
            Ansi = isTerminal ? AnsiSupport.Detect : AnsiSupport.No,
            ColorSystem = isTerminal ? ColorSystemSupport.Detect : ColorSystemSupport.NoColors,
            Interactive = InteractionSupport.No,
        });
        if (!isTerminal)
        {
            console.Profile.Width = NoTerminal;
        }

        console.Pipeline.Attach(new HarmlessText());
        return console;
    }

    /// <summary>Writes a table; where no terminal reads along, without the blanks and empty lines around it.</summary>
    public static void Write(TextWriter writer, Table table)
    {
        if (IsTerminal(writer))
        {
            On(writer).Write(table);
            return;
        }

        using var text = new StringWriter();
        On(text).Write(table);
        foreach (var line in text.ToString().Split('\n').Select(line => line.TrimEnd()).Where(line => line.Length > 0))
        {
            writer.WriteLine(line);
        }
    }

    private static bool IsTerminal(TextWriter writer) =>
        ReferenceEquals(writer, Console.Out) && !Console.IsOutputRedirected || ReferenceEquals(writer, Console.Error) && !Console.IsErrorRedirected;

    /// <summary>
    /// Names and messages that are shown are those of callers, agents and programs: a character in them that a terminal takes for a command is a question mark. Here and not where each
    /// is written, so that none is forgotten.
    /// </summary>
    private sealed class HarmlessText : IRenderHook
    {
        public IEnumerable<IRenderable> Process(RenderOptions options, IEnumerable<IRenderable> renderables) => renderables.Select(shown => new Harmless(shown));
    }

    private sealed class Harmless(IRenderable shown) : IRenderable
    {
        public Measurement Measure(RenderOptions options, int maxWidth) => shown.Measure(options, maxWidth);

        public IEnumerable<Segment> Render(RenderOptions options, int maxWidth) => shown.Render(options, maxWidth).Select(
            segment => segment.IsControlCode || segment.IsLineBreak ? segment : new Segment(UserText.Line(segment.Text, int.MaxValue), segment.Style));
    }
}
