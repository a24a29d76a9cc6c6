using System.CommandLine;
using Portlight.Cli.Explain;
using Portlight.Cli.Ports;
using Portlight.Wire.PortlightApi;

namespace Portlight.Cli.Verbs;

/// <summary><c>portlight explain</c>: whether a packet comes in to an instance, and which rule or which other reason lets it.</summary>
internal static class ExplainVerb
{
    public static Command Create()
    {
        var name = InstanceNames.Argument("The instance");
        var port = new Argument<string>("port") { Description = "One port, as in 22, 53/udp or icmp:8" };
        var from = new Option<string>("--from") { HelpName = "ADDRESS", Description = "Source address of the packet", Required = true };
        var where = new InstallationOptions();
        var command = new Command("explain", "Explain whether a packet may enter an instance, and why") { name, port, from };
        where.AddTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            var rules = PortText.SetOf(PortReader.Read([parsed.GetRequiredValue(port)])).Rules;
            if (rules.Length != 1)
            {
                throw new UsageException($"`{parsed.GetValue(port)}` is more than one port; ask about one");
            }

            var question = PacketQuestion.Of(parsed.GetRequiredValue(from), rules[0].Key);
            using var installation = await where.OpenAsync(parsed, cancellation);
            var answer = await AskAsync(installation, parsed.GetRequiredValue(name), question, cancellation);
            var output = parsed.InvocationConfiguration.Output;
            await output.WriteLineAsync($"{answer.Verdict}: {question.Packet} from {question.From} to {parsed.GetValue(name)}");
            foreach (var reason in answer.Reasons)
            {
                await output.WriteLineAsync($"  {reason}");
            }

            return ExitCode.Done;
        });
        return command;
    }

    private static Task<ExplainPacketResponse> AskAsync(Installation installation, string name, PacketQuestion question, CancellationToken cancellation) => InstanceSearch.AskAsync(
        installation,
        name,
        () => installation.CallAsync(
            "ExplainPacket",
            new ExplainPacketRequest { InstanceName = name, Packet = question.ToRule() },
            PortlightJson.Default.ExplainPacketRequest,
            PortlightJson.Default.ExplainPacketResponse,
            cancellation),
        cancellation);
}
