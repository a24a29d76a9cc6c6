using System.CommandLine;

namespace Portlight.Cli.Verbs;

/// <summary>What the verbs that list what comes to an instance can be asked for: a port, a source, and how many.</summary>
internal sealed class ListingOptions
{
    private const int Most = 1_000; // of one answer of the API

    /// <param name="port">The description of <c>--port</c>.</param>
    /// <param name="from">The description of <c>--from</c>.</param>
    public ListingOptions(string port, string from)
    {
        Port = new Option<int?>("--port") { HelpName = "PORT", Description = port };
        From = new Option<string?>("--from") { HelpName = "SOURCE", Description = from };
    }

    public Option<int?> Port { get; }

    public Option<string?> From { get; }

    public Option<int> Limit { get; } = CountOption.Create("How many", usual: 200, Most);

    public Option<bool> Json { get; } = new("--json") { Description = "The answer as JSON, in the shape of the API" };

    public void AddTo(Command command)
    {
        command.Options.Add(Port);
        command.Options.Add(From);
        command.Options.Add(Limit);
        command.Options.Add(Json);
    }
}
