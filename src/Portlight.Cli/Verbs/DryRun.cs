using System.CommandLine;
using Portlight.Domain;
using Portlight.Wire.PortlightApi;

namespace Portlight.Cli.Verbs;

/// <summary><c>--dry-run</c> of open, close and ports: what becomes of packets, and what would refuse the change.</summary>
internal static class DryRun
{
    private const int ShownPeers = 5;

    public static Option<bool> Option() => new("--dry-run") { Description = "Show what would become of packets, and whether it would be allowed; change nothing" };

    /// <summary>Asks the server about each, in turn, and writes the answers.</summary>
    /// <returns><see cref="ExitCode.Done"/>, or <see cref="ExitCode.Failed"/> where one of the changes would be refused.</returns>
    public static async Task<int> ShowAsync(Installation installation, IEnumerable<PreviewPortsRequest> changes, InvocationConfiguration console, CancellationToken cancellation)
    {
        var code = ExitCode.Done;
        foreach (var change in changes)
        {
            var preview = await AskAsync(installation, change with { IncludeConnections = true }, cancellation);
            foreach (var line in Lines(preview))
            {
                await console.Output.WriteLineAsync(line);
            }

            foreach (var line in Connections(preview.Connections))
            {
                await console.Output.WriteLineAsync(line);
            }

            foreach (var refusal in preview.Refusals.Concat(preview.Problems.Select(problem => $"{problem.Field}: {problem.Message}")))
            {
                code = ExitCode.Failed;
                await console.Error.WriteLineAsync($"it would be refused: {refusal}");
            }
        }

        return code;
    }

    /// <summary>A line for each effect: <c>narrows 22/tcp from 0.0.0.0/0 to 10.0.0.0/8</c>.</summary>
    internal static IEnumerable<string> Lines(PreviewPortsResponse preview)
    {
        if (preview is { Problems.Count: 0, Effects.Count: 0 })
        {
            yield return "no packet is treated otherwise than now";
        }

        foreach (var effect in preview.Effects)
        {
            yield return Line(effect);
        }

        if (preview.FurtherEffects > 0)
        {
            yield return $"and {preview.FurtherEffects} more";
        }

        // Of a root, whom no policy binds, there is none.
        foreach (var one in preview.AllowedBy ?? [])
        {
            yield return $"allowed by {one.Statement} of {one.Policy}";
        }
    }

    /// <summary>What becomes of those who are connected; nothing where nothing is known of them.</summary>
    private static IEnumerable<string> Connections(CutByChange? connections)
    {
        if (connections is not { Cut.Count: > 0 })
        {
            yield break;
        }

        var peers = string.Join(", ", connections.Cut.Select(one => $"{one.PeerAddress} to {one.Port}/{one.Protocol}").Distinct().Take(ShownPeers));
        yield return $"cuts {connections.Cut.Count + connections.FurtherCut} of {connections.Total} connections: {peers}";
        if (connections.CallerIsCut)
        {
            yield return "one of them is from your own address";
        }
    }

    /// <summary>One effect.</summary>
    internal static string Line(PortChangeEffect effect)
    {
        var packets = NetworkProtocolText.TryParse(effect.Protocol, out var protocol) ? new PortKey(protocol, effect.FromPort, effect.ToPort).ToString() : "all other protocols";
        return effect.Kind switch
        {
            "opens" => $"opens {packets} to {Sources(effect.After)}",
            "closes" => $"closes {packets} to {Sources(effect.Before)}",
            _ => $"{effect.Kind} {packets} from {Sources(effect.Before)} to {Sources(effect.After)}",
        };
    }

    private static string Sources(PacketSources sources)
    {
        string[] all = [.. sources.Cidrs, .. sources.Ipv6Cidrs, .. sources.CidrListAliases];
        return all is ["0.0.0.0/0", "::/0"] ? "everybody" : string.Join(", ", all);
    }

    private static Task<PreviewPortsResponse> AskAsync(Installation installation, PreviewPortsRequest change, CancellationToken cancellation) => InstanceSearch.AskAsync(
        installation,
        change.InstanceName!,
        () => installation.CallAsync("PreviewPorts", change, PortlightJson.Default.PreviewPortsRequest, PortlightJson.Default.PreviewPortsResponse, cancellation),
        cancellation);
}
