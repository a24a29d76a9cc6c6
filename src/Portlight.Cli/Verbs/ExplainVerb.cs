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
        var from = new Option<string>("--from") { HelpName = "ADDRESS", Description = "Where the packet comes from", Required = true };
        var where = new InstallationOptions();
        var command = new Command("explain", "Tell whether a packet comes in to an instance, and why") { name, port, from };
        where.AddTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            var rules = PortText.SetOf(PortReader.Read([parsed.GetRequiredValue(port)])).Rules;
            if (rules.Length != 1)
            {
                throw new UsageException($"`{parsed.GetValue(port)}` is more than one port; ask about one");
            }

            var question = PacketQuestion.Of(parsed.GetRequiredValue(from), rules[0].Key);
            using var installation = where.OpenAsOwner(parsed);
            var status = await StatusVerb.ReadAsync(installation, name: null, cancellation);
            var instance = Instance(status, parsed.GetRequiredValue(name), where.Region(parsed) ?? status.Server.RegionName, where.Account(parsed) ?? status.Server.AccountId);
            var answer = Explanation.Of(question, instance, status);
            if (answer.IsDecidedBySets)
            {
                answer = answer.With(await AskKernelAsync(installation, question, instance, cancellation));
            }

            var output = parsed.InvocationConfiguration.Output;
            await output.WriteLineAsync($"{(answer.IsLetIn ? "open" : "closed")}: {question.Packet} from {question.From} to {instance.Name}");
            foreach (var reason in answer.Reasons)
            {
                await output.WriteLineAsync($"  {reason}");
            }

            return ExitCode.Done;
        });
        return command;
    }

    private static Task<GetPacketVerdictResponse> AskKernelAsync(Installation installation, PacketQuestion question, InstanceStatus instance, CancellationToken cancellation) => installation.CallAsync(
        "GetPacketVerdict",
        new GetPacketVerdictRequest { InstanceName = instance.Name, RegionName = instance.RegionName, AccountId = instance.AccountId, Packet = question.ToRule() },
        PortlightJson.Default.GetPacketVerdictRequest,
        PortlightJson.Default.GetPacketVerdictResponse,
        cancellation);

    private static InstanceStatus Instance(GetStatusResponse status, string name, string? region, string? account) =>
        status.Instances.FirstOrDefault(instance => instance.Name == name && instance.RegionName == region && instance.AccountId == account)
        ?? throw new FailedException($"there is no instance {name} in {region} of account {account}{Suggestion.For(name, status.Instances.Select(instance => instance.Name))}");
}
