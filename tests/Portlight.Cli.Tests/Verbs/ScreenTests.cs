using Portlight.Cli.Verbs;
using Spectre.Console;

namespace Portlight.Cli.Tests.Verbs;

/// <summary>Tables and lines of names that others have chosen.</summary>
public sealed class ScreenTests
{
    private const string Hostile = "web\u001b[2A\u001b[2K\u009b1m\u202e1";
    private const string Shown = "web?[2A?[2K?1m?1";

    [Fact]
    public void A_table_shows_a_name_and_does_nothing_that_it_says()
    {
        var output = new StringWriter();
        Screen.Write(output, new Table().Border(TableBorder.Simple).AddColumns("name", "state").AddRow(Markup.Escape(Hostile), "running"));
        Assert.Contains(Shown, output.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', output.ToString());
        Assert.Equal(3, output.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
    }

    [Fact]
    public void So_do_lines_whose_parts_have_colours()
    {
        var output = new StringWriter();
        var console = Screen.On(output);
        console.MarkupLineInterpolated($"[red]{Hostile}[/]: refused");
        console.WriteLine($"  {Hostile}");
        Assert.Equal($"{Shown}: refused\n  {Shown}\n", output.ToString());
    }
}
