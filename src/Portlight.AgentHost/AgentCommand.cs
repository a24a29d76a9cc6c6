using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Extensions.Logging;
using Portlight.AgentProtocol;
using Portlight.Certificates;
using Portlight.Linux;

namespace Portlight.AgentHost;

/// <summary>What <c>portlight agent</c> and <c>portlight-agent</c> do.</summary>
internal static class AgentCommand
{
    internal const string DefaultDirectory = "/var/lib/portlight-agent";

    /// <summary>In the place of a token: it comes from standard input.</summary>
    internal const string FromInput = "-";

    /// <summary>The data directory that was asked for, else the machine's.</summary>
    internal static string Directory(string? option) => Path.GetFullPath(option ?? DefaultDirectory);

    /// <summary>Runs the agent until SIGTERM or SIGINT. The kernel's rules stay.</summary>
    /// <exception cref="AgentException">The kernel cannot be worked with.</exception>
    internal static async Task RunAsync(string directory, bool allowsLab, bool countsPackets, string release, ILoggerFactory loggers, TextWriter output, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var term = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Ask);
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Ask);
        var isReady = false;
        var settings = new AgentSettings
        {
            Directory = directory,
            AllowsLab = allowsLab,
            Release = release,
            OpenAgent = (installation, holds) => KernelAgent.Open(installation, holds, directory, countsPackets, loggers),
            Loggers = loggers,
            Tell = text =>
            {
                if (!isReady)
                {
                    isReady = true;
                    output.WriteLine($"portlight-agent ready: {text}");
                    output.Flush();
                    ServiceNotice.Send(ServiceNotice.Ready);
                }

                ServiceNotice.Send(ServiceNotice.Status(text));
            },
        };
        await new AgentProcess(settings, TimeProvider.System).RunAsync(stop.Token);
        ServiceNotice.Send(ServiceNotice.Stopping);

        void Ask(PosixSignalContext signal)
        {
            signal.Cancel = true;
            stop.Cancel();
        }
    }

    /// <summary>Puts the rules of the last run back into the kernel: for a boot, before the network is up. What it says is for the operator.</summary>
    /// <exception cref="AgentException">They are not as they were: what their files name is closed until the agent runs, or the kernel refused.</exception>
    internal static string RestoreRules(string directory)
    {
        var disk = AgentDisk.Read(directory);
        var (path, restored) = (AgentDisk.RulesPath(directory), disk.RestoreRules(directory));
        var counted = $"{restored.Attachments} attachment{(restored.Attachments == 1 ? "" : "s")}";
        return restored.Damage is { } damage
            ? throw new AgentException($"{path} {damage}; closed until the agent runs: {counted}")
            : restored.HadFile ? $"restored {counted} from {path}" : $"nothing was ever attached: there is no {path}";
    }

    /// <summary>Joins an installation by a token.</summary>
    /// <param name="token">The token, or <see cref="FromInput"/>.</param>
    /// <param name="input">Standard input.</param>
    /// <param name="directory">The data directory.</param>
    /// <param name="release">Of this build.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="AgentException">It does not: the token is none, no server takes it, or this machine is of another installation.</exception>
    internal static async Task<HostMembership> JoinAsync(string token, Stream input, string directory, string release, CancellationToken cancellationToken)
    {
        if (!JoinToken.TryParse(token == FromInput ? await ReadTokenAsync(input, cancellationToken) : token, out var read, out var problem))
        {
            throw new AgentException(problem!);
        }

        return await Joining.JoinAsync(read, directory, release, TimeProvider.System, cancellationToken);
    }

    /// <summary>The last word of the first line: what <c>portlight host token</c> prints can be handed on as it is. No more is read than a token can be long, whatever comes.</summary>
    private static async Task<string> ReadTokenAsync(Stream input, CancellationToken cancellationToken)
    {
        var bytes = new byte[2 * JoinToken.MaxLength];
        var length = 0;
        while (length < bytes.Length && !bytes.AsSpan(0, length).Contains((byte)'\n') && await input.ReadAsync(bytes.AsMemory(length), cancellationToken) is > 0 and var more)
        {
            length += more;
        }

        var line = Encoding.UTF8.GetString(bytes, 0, length).Split('\n')[0];
        return line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).LastOrDefault() ?? "";
    }
}
