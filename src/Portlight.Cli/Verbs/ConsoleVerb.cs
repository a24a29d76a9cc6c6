using System.Collections;
using System.CommandLine;
using Portlight.Cli.Aws;
using Portlight.Server;

namespace Portlight.Cli.Verbs;

/// <summary><c>portlight console</c>: the console in the browser alone, for the server of this machine or another one.</summary>
internal static class ConsoleVerb
{
    public static Command Create()
    {
        var api = new Option<string?>("--api") { HelpName = "URL", Description = "Address of the server (default: the one of the data directory)" };
        var listen = new Option<string?>("--listen") { HelpName = "URL", Description = "Address of the console (default: http://127.0.0.1:8590); port 0 takes a free port" };
        var region = new Option<string?>("--region") { HelpName = "REGION", Description = "The region that people see first (default: the server's own)" };
        var chain = new Option<string?>("--tls-cert") { HelpName = "FILE", Description = "Certificate chain (PEM) for an https:// address" };
        var key = new Option<string?>("--tls-key") { HelpName = "FILE", Description = "Private key (PEM) of the certificate" };
        var data = DataOption.Create();
        var command = new Command("console", "Run the web console, for this server or another one") { api, listen, region, chain, key, data };
        command.SetAction(int (parsed) =>
        {
            var program = ConsoleProgram.Find() ?? throw new FailedException(ConsoleProgram.Missing);
            var directory = DataDirectory.Resolve(parsed.GetValue(data));
            var isOwn = !Installation.IsClosed(directory) && EndpointFile.Read(directory) is not null;
            (string Name, string? Value)[] given =
            [
                ("--api", parsed.GetValue(api) ?? (isOwn ? EndpointFile.Read(directory)!.GetLeftPart(UriPartial.Authority) : null)),
                ("--listen", parsed.GetValue(listen)),
                ("--region", parsed.GetValue(region) ?? (isOwn ? EndpointFile.ReadRegion(directory) : null)),
                ("--tls-cert", parsed.GetValue(chain)),
                ("--tls-key", parsed.GetValue(key)),
                ("--data", isOwn ? Path.Combine(directory, "console") : null),
            ];
            var environment = Environment.GetEnvironmentVariables().Cast<DictionaryEntry>().ToDictionary(variable => (string)variable.Key, variable => (string?)variable.Value, StringComparer.Ordinal);
            ConsoleProgram.AddTo(environment);
            throw ReplacedProcess.Run(program, given.Where(word => word.Value is not null).SelectMany(word => new[] { word.Name, word.Value! }), environment.Select(variable => KeyValuePair.Create(variable.Key, variable.Value ?? "")));
        });
        return command;
    }
}
