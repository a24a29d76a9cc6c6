using System.Reflection;
using Microsoft.Extensions.Logging;
using Portlight.AgentHost;
using Portlight.AgentProgram;
using Portlight.AgentProtocol;

const string Usage = "usage: portlight-agent [--data DIR] [--lab] [--count-packets]\n       portlight-agent join TOKEN|- [--data DIR]\n       portlight-agent show [--data DIR]\n       portlight-agent restore-rules [--data DIR]\n       portlight-agent --version";

var release = $"portlight-agent {Assembly.GetExecutingAssembly().GetName().Version?.ToString(3)}";
string? directory = null;
var allowsLab = false;
var countsPackets = false;
var words = new List<string>();
for (var i = 0; i < args.Length; i++)
{
    switch (args[i])
    {
        case "--data" when i + 1 < args.Length:
            directory = args[++i];
            break;
        case "--lab":
            allowsLab = true;
            break;
        case "--count-packets":
            countsPackets = true;
            break;
        case "--help" or "-h":
            Console.WriteLine(Usage);
            return 0;
        case "--version":
            Console.WriteLine(release);
            return 0;
        default:
            words.Add(args[i]);
            break;
    }
}

try
{
    switch (words)
    {
        case []:
            {
                using var lines = new ErrorLines();
                using var loggers = new LoggerFactory([lines], new LoggerFilterOptions { MinLevel = LogLevel.Information });
                await AgentCommand.RunAsync(AgentCommand.Directory(directory), allowsLab, countsPackets, release, loggers, Console.Out, CancellationToken.None);
                return 0;
            }

        case ["join", var token]:
            Console.WriteLine($"joined as {(await AgentCommand.JoinAsync(token, Console.OpenStandardInput(), AgentCommand.Directory(directory), release, CancellationToken.None)).Host}");
            Write(DiskReport.Attached(AgentCommand.Directory(directory)));
            return 0;
        case ["show"]:
            Write(DiskReport.Of(AgentCommand.Directory(directory)));
            return 0;
        case ["restore-rules"]:
            Console.WriteLine(AgentCommand.RestoreRules(AgentCommand.Directory(directory)));
            return 0;
        default:
            Console.Error.WriteLine(Usage);
            return 2;
    }
}
catch (Exception exception) when (exception is AgentException or IOException or UnauthorizedAccessException)
{
    Console.Error.WriteLine($"portlight-agent: {exception.Message}");
    return 1;
}

static void Write(IEnumerable<string> lines)
{
    foreach (var line in lines)
    {
        Console.WriteLine(line);
    }
}
