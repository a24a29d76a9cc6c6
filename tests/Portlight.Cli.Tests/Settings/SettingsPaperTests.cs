using System.Text;
using Portlight.Cli.Settings;
using Portlight.Cli.Verbs;
using Portlight.TestKit;

namespace Portlight.Cli.Tests.Settings;

/// <summary>docs/settings.md is written from the table that the command reads: <c>GOLDEN=update ./test Cli</c>.</summary>
public class SettingsPaperTests
{
    [Fact]
    public void The_paper_names_every_setting() => Golden.Match("../../../../docs/settings.md", Paper());

    [Fact]
    public void Serve_has_every_setting_as_an_option_and_no_other()
    {
        var options = ServeVerb.Create().Options.Select(option => option.Name).Order(StringComparer.Ordinal);
        Assert.Equal(ServeSettings.All.Select(setting => setting.Option).Append("--settings").Append("--take-over").Order(StringComparer.Ordinal), options);
    }

    [Fact]
    public void Every_verb_and_option_tells_what_it_does()
    {
        var commands = PortlightCommand.Create().Subcommands.SelectMany(command => command.Subcommands.Prepend(command)).Where(command => !command.Hidden);
        Assert.All(commands, command =>
        {
            Assert.False(string.IsNullOrWhiteSpace(command.Description), command.Name);
            Assert.All(command.Options, option => Assert.False(string.IsNullOrWhiteSpace(option.Description), $"{command.Name} {option.Name}"));
        });
    }

    private static string Paper()
    {
        var text = new StringBuilder("""
            # Settings of `portlight serve`

            A setting has one name in three places: `--lab-ipv4` on the command line, `PORTLIGHT_LAB_IPV4` in the environment, `lab-ipv4` in a settings file. The nearer
            place wins, setting by setting: command line, environment, file, default. A name that is no setting is an error in all three places, because a misspelt setting
            would silently keep its default.

            The file is named by `--settings FILE` or `PORTLIGHT_SETTINGS`; else it is /etc/portlight.toml as root and `$XDG_CONFIG_HOME/portlight.toml` for others, if that is there. It is flat TOML or JSON by its ending. A setting that may be given more than once is a list
            there, and a text with commas in the environment. An empty variable is an unset one. A relative path in the file is relative to its folder. Every verb that works on an installation
            finds it by `--data`, `PORTLIGHT_DATA`, the `data` of that file, or the default, in this order. `portlight check` shows what is in force and where it comes from.
            `--take-over` (replace what another installation has in the kernel) is said for one start and is no setting.

            ```toml
            # /etc/portlight.toml
            listen = ["http://127.0.0.1:8580"]
            enforce = "kernel"
            confirm-timeout = "2s"
            ```

            | setting | value | default | what it decides |
            |---|---|---|---|

            """);
        foreach (var setting in ServeSettings.All)
        {
            var value = setting.Value.Replace("|", " \\| ", StringComparison.Ordinal);
            text.Append($"| `{setting.Name}` | {value}{(setting.IsList ? ", repeatable" : "")} | {setting.Default} | {setting.Description} |\n");
        }

        return text.Append("""

            Durations are whole numbers with `ms`, `s`, `m`, `h` or `d` after them. A test writes this page from the table in `src/Portlight.Cli/Settings/ServeSettings.cs`.

            """).ToString();
    }
}
