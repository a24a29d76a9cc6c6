using System.CommandLine;
using System.Text.Json;
using Spectre.Console;

namespace Portlight.Cli.Verbs;

/// <summary><c>portlight doctor</c>: kernel, capabilities, clock, database, server: what is missing and how to repair it. Changes nothing.</summary>
internal static class DoctorVerb
{
    public static Command Create()
    {
        var json = new Option<bool>("--json") { Description = "The findings as JSON" };
        var data = DataOption.Create();
        var command = new Command("doctor", "Check this machine: what is missing, and how to fix it") { json, data };
        command.SetAction(async (parsed, cancellation) =>
        {
            var report = new DoctorReport([.. await HealthChecks.RunAsync(DataDirectory.Resolve(parsed.GetValue(data)), cancellation)]);
            var output = parsed.InvocationConfiguration.Output;
            if (parsed.GetValue(json))
            {
                await output.WriteLineAsync(JsonSerializer.Serialize(report, IndentedPortlightJson.Default.DoctorReport));
            }
            else
            {
                Write(Screen.On(output), report);
            }

            return report.IsHealthy ? ExitCode.Done : ExitCode.Failed;
        });
        return command;
    }

    private static void Write(IAnsiConsole console, DoctorReport report)
    {
        foreach (var finding in report.Findings)
        {
            var colour = finding.Verdict switch { DoctorFinding.Ok => "green", DoctorFinding.Warning => "yellow", _ => "red" };
            console.MarkupLine($"[{colour}]{finding.Verdict,-8}[/] [bold]{finding.Subject,-13}[/] {Markup.Escape(finding.Text)}");
        }
    }
}
