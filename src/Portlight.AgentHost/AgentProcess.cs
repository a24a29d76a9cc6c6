using Microsoft.Extensions.Logging;
using Portlight.Agent;
using Portlight.AgentProtocol;
using Portlight.AgentStream.Agent;
using Portlight.Domain;

namespace Portlight.AgentHost;

/// <summary>
/// The agent of this machine: what is kept goes into the kernel first, whatever else there is or is not; then servers are looked for, as long as it runs. What is in the
/// kernel stays when it ends.
/// </summary>
internal sealed partial class AgentProcess(AgentSettings settings, TimeProvider clock)
{
    /// <summary>How often it looks whether this machine has joined.</summary>
    internal static readonly TimeSpan JoinCheck = TimeSpan.FromSeconds(1);

    private readonly ILogger _log = settings.Loggers.CreateLogger<AgentProcess>();

    /// <summary>Runs until it is cancelled.</summary>
    /// <exception cref="AgentException">The kernel cannot be worked with.</exception>
    internal async Task RunAsync(CancellationToken cancellationToken)
    {
        var disk = AgentDisk.Read(settings.Directory);
        var (rules, restored) = disk.Memory.Damage is { } damage ? RestoreRules(disk, damage) : (null, null);
        while (disk.Installation is null)
        {
            // Nothing tells whose rules these are, so nobody else's may be in the way of those to come.
            settings.Tell(rules is null ? disk.WhyNoServer! : $"{rules}; {disk.WhyNoServer}");
            if (!await WaitAsync(cancellationToken))
            {
                return;
            }

            disk = AgentDisk.Read(settings.Directory);
        }

        await EnforceAsync(disk, disk.Installation.Value, rules, restored, cancellationToken);
    }

    private async Task EnforceAsync(AgentDisk disk, InstallationId installation, string? rules, Restoration? restored, CancellationToken cancellationToken)
    {
        var agent = settings.OpenAgent(installation, restored);
        try
        {
            var memory = disk.Memory.ToSet();
            using var file = new KeptFile(settings.Directory, installation, memory, _log);
            using var kept = new KeptAgent(settings.AllowsLab ? agent : new LabRule(agent, memory), memory, clock, settings.Loggers.CreateLogger<KeptAgent>());
            await kept.CompareAsync(cancellationToken);
            var enforced = $"enforcing {Enforced(kept, rules)}{(disk.Membership?.Host is { } host ? $" of {host}" : "")}";
            settings.Tell($"{enforced}; {disk.WhyNoServer ?? "looking for a server"}");
            kept.Follow();
            if (await JoinedAsync(disk, installation, enforced, cancellationToken) is { } membership)
            {
                var (said, told) = ("", "");
                memory.Changed += (_, _) => Say(said);
                await new ServerSearch(kept, membership, settings, clock, Say).RunAsync(cancellationToken);

                void Say(string text)
                {
                    said = text;
                    // How many there are changes while it is connected, too.
                    if (text.Length > 0 && $"enforcing {Enforced(kept, rules)} of {text}" is var now && now != told)
                    {
                        settings.Tell(told = now);
                    }
                }
            }
        }
        finally
        {
            (agent as IDisposable)?.Dispose();
        }
    }

    /// <summary>A membership with which servers can be spoken to: the one that is there, or as soon as one is. Null when it is cancelled first.</summary>
    private async Task<HostMembership?> JoinedAsync(AgentDisk disk, InstallationId installation, string enforced, CancellationToken cancellationToken)
    {
        var (membership, problem) = (disk.Membership, disk.WhyNoServer ?? disk.Membership!.FindDamage(settings.Directory));
        if (problem is not null)
        {
            LogNoServer(_log, problem);
            settings.Tell($"{enforced}; {problem}");
        }

        while (problem is not null)
        {
            if (!await WaitAsync(cancellationToken))
            {
                return null;
            }

            membership = HostMembership.Read(settings.Directory, out problem);
        }

        return membership!.InstallationId == installation
            ? membership
            : throw new AgentException($"this machine has joined installation {membership.Installation}, and what it enforces is of {installation}: `portlight teardown --data {settings.Directory}` removes that");
    }

    /// <summary>Nobody knows what was attached: the rules of the last run are loaded as a boot does it, and stay until a server has said what is right. In words, and what was loaded; null where there are none.</summary>
    private (string? InWords, Restoration? Restored) RestoreRules(AgentDisk disk, string damage)
    {
        var path = Path.Combine(settings.Directory, KeptFile.FileName);
        try
        {
            var restored = disk.RestoreRules(settings.Directory);
            if (!restored.HadFile && disk.Membership is null && !disk.Memory.IsThere)
            {
                return (null, null); // nothing is lost: this machine has not joined
            }

            LogDamaged(_log, path, damage, restored.Attachments, restored.Damage is null ? "as they were" : $"closed, because {AgentDisk.RulesPath(settings.Directory)} {restored.Damage}");
            return ($"the rules of the last run ({restored.Attachments} attachments{(restored.Damage is null ? "" : ", closed")})", restored);
        }
        catch (Exception problem) when (problem is AgentException or IOException or UnauthorizedAccessException)
        {
            // A server may know what is right; an agent that ends asks none.
            LogNotRestored(_log, path, damage, problem);
            return ("what is in the kernel", null);
        }
    }

    /// <summary>False when it is cancelled.</summary>
    private async Task<bool> WaitAsync(CancellationToken cancellationToken)
    {
        await Task.Delay(JoinCheck, clock, cancellationToken).ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        return !cancellationToken.IsCancellationRequested;
    }

    private static string Enforced(KeptAgent kept, string? rules) =>
        !kept.Kept.IsKnown ? rules ?? "what is in the kernel" : kept.Kept.All.Count == 1 ? "1 instance" : $"{kept.Kept.All.Count} instances";

    [LoggerMessage(6302, LogLevel.Error, "{Path} {Damage}: the rules of the last run are in the kernel ({Attachments} attachments, {How}) and stay until a server is reached")]
    private static partial void LogDamaged(ILogger logger, string path, string damage, int attachments, string how);

    [LoggerMessage(6303, LogLevel.Error, "{Path} {Damage}, and the rules of the last run could not be loaded either: what is in the kernel stays until a server is reached")]
    private static partial void LogNotRestored(ILogger logger, string path, string damage, Exception problem);

    [LoggerMessage(6304, LogLevel.Error, "no server is looked for: {Problem}; what is in force stays so")]
    private static partial void LogNoServer(ILogger logger, string problem);
}
