using System.Security.Cryptography;
using Grpc.Core;
using Microsoft.Extensions.Logging;
using Portlight.Agent;
using Portlight.AgentProtocol;
using Portlight.AgentStream.Agent;

namespace Portlight.AgentHost;

/// <summary>
/// The agent of this machine: what is kept goes into the kernel first, whatever else there is or is not; then servers are looked for, as long as it runs. What is in the
/// kernel stays when it ends.
/// </summary>
internal sealed partial class AgentProcess(AgentSettings settings, TimeProvider clock)
{
    private readonly ILogger _log = settings.Loggers.CreateLogger<AgentProcess>();

    /// <summary>Runs until it is cancelled.</summary>
    /// <exception cref="AgentException">This machine has not joined, or its kernel cannot be worked with.</exception>
    /// <exception cref="IOException">The data directory cannot be read.</exception>
    internal async Task RunAsync(CancellationToken cancellationToken)
    {
        var membership = HostMembership.ReadOpen(settings.Directory)
            ?? throw new AgentException($"this machine has not joined an installation ({settings.Directory} has no {HostMembership.FileName}): `portlight host token NAME` on the server prints what to do");
        var memory = KeptFile.Read(settings.Directory, out var damage);
        if (damage is not null)
        {
            RestoreRules(membership, damage);
        }

        var agent = settings.OpenAgent(membership.InstallationId);
        try
        {
            using var kept = new KeptAgent(
                settings.AllowsLab ? agent : new LabRule(agent), memory ?? KeptSet.Unknown(), clock, settings.Loggers.CreateLogger<KeptAgent>());
            using var file = new KeptFile(settings.Directory, kept.Kept, _log);
            await kept.CompareAsync(cancellationToken);
            // After the rules: a key that others can read is no reason to leave this machine open.
            HostMembership.RequirePrivate(settings.Directory);
            settings.Tell($"enforcing {Attachments(kept)} of {membership.Host}; looking for a server");
            using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            var following = kept.FollowAsync(ending.Token);
            try
            {
                await ConnectAsync(kept, membership, ending.Token);
            }
            finally
            {
                await ending.CancelAsync();
                await following;
            }
        }
        finally
        {
            (agent as IDisposable)?.Dispose();
        }
    }

    /// <summary>Nobody knows what was attached: the rules of the last run are loaded as a boot does it, and stay until a server has said what is right.</summary>
    private void RestoreRules(HostMembership membership, string damage)
    {
        var path = Path.Combine(settings.Directory, KeptFile.FileName);
        try
        {
            LogDamaged(_log, path, damage, Restoration.Run(Path.Combine(settings.Directory, Restoration.FileName), membership.InstallationId, settings.Directory).Attachments);
        }
        catch (Exception problem) when (problem is AgentException or IOException or UnauthorizedAccessException)
        {
            // A server may know what is right; an agent that ends asks none.
            LogNotRestored(_log, path, damage, problem);
        }
    }

    private async Task ConnectAsync(KeptAgent kept, HostMembership membership, CancellationToken cancellationToken)
    {
        var attempts = 0;
        var usesFormer = false;
        var away = clock.GetUtcNow();
        while (!cancellationToken.IsCancellationRequested)
        {
            var server = membership.Servers[RandomNumberGenerator.GetInt32(membership.Servers.Length)];
            var connection = new ServerConnection(kept, membership, settings, clock) { Welcomed = () => settings.Tell($"enforcing {Attachments(kept)} of {membership.Host}; connected to {server.Authority}") };
            string problem;
            try
            {
                await connection.RunAsync(server, membership.Credentials[usesFormer && membership.Credentials.Length > 1 ? 1 : 0], cancellationToken);
                problem = "connecting again with a new certificate";
                attempts = 0;
            }
            catch (RpcException refused) when (!cancellationToken.IsCancellationRequested)
            {
                problem = ServerChannel.Describe(refused);
                // The newest certificate may be one whose answer got lost on its way to be stored; the one before it is good as long as it has not been seen to work.
                usesFormer = refused.StatusCode == StatusCode.PermissionDenied && !usesFormer;
            }
            catch (Exception fault) when (!cancellationToken.IsCancellationRequested)
            {
                // Whatever it was: an agent that ends looks after its kernel no more.
                problem = fault.Message;
            }
            catch (Exception) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }

            membership = connection.Membership;
            if (connection.WasWelcome)
            {
                (attempts, away) = (0, clock.GetUtcNow());
            }

            LogAway(_log, server.Authority, problem, away);
            settings.Tell($"enforcing {Attachments(kept)} of {membership.Host}; without a server since {away:yyyy-MM-ddTHH:mm:ssZ}: {problem}");
            await Task.Delay(Wait(attempts++), clock, cancellationToken).ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        }
    }

    /// <summary>At random, so that the agents of a server that was restarted do not come all at once: up to a second, then twice as long each time.</summary>
    private TimeSpan Wait(int attempts) =>
        TimeSpan.FromMilliseconds(RandomNumberGenerator.GetInt32(1, 1000)) * Math.Min(Math.Pow(2, Math.Min(attempts, 10)), settings.MaxWait.TotalSeconds);

    private static string Attachments(KeptAgent kept) => kept.Kept.All.Count == 1 ? "1 instance" : $"{kept.Kept.All.Count} instances";

    [LoggerMessage(6301, LogLevel.Warning, "no server: {Server}: {Problem}; what is in force stays so (without a server since {Away:u})")]
    private static partial void LogAway(ILogger logger, string server, string problem, DateTimeOffset away);

    [LoggerMessage(6302, LogLevel.Error, "{Path} {Damage}: the rules of the last run are in the kernel ({Attachments} attachments) and stay until a server is reached")]
    private static partial void LogDamaged(ILogger logger, string path, string damage, int attachments);

    [LoggerMessage(6303, LogLevel.Error, "{Path} {Damage}, and the rules of the last run could not be loaded either: what is in the kernel stays until a server is reached")]
    private static partial void LogNotRestored(ILogger logger, string path, string damage, Exception problem);
}
