using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Grpc.Core;
using Microsoft.Extensions.Logging;
using Portlight.AgentStream.Agent;

namespace Portlight.AgentHost;

/// <summary>Connects to one server after the other, as long as the agent runs.</summary>
/// <param name="kept">What it serves with.</param>
/// <param name="membership">As which host.</param>
/// <param name="settings">The agent's.</param>
/// <param name="clock">The time.</param>
/// <param name="tell">Called with the host, and what is to be said of its servers.</param>
internal sealed partial class ServerSearch(KeptAgent kept, HostMembership membership, AgentSettings settings, TimeProvider clock, Action<string> tell)
{
    private readonly ILogger _log = settings.Loggers.CreateLogger<ServerSearch>();
    private readonly ReconnectWait _wait = new(settings.MaxWait, clock);
    private readonly List<Uri> _turn = [];
    private HostMembership _membership = membership;
    private Uri? _last;

    /// <summary>Until it is cancelled.</summary>
    internal async Task RunAsync(CancellationToken cancellationToken)
    {
        var usesFormer = false;
        var away = clock.GetUtcNow();
        while (!cancellationToken.IsCancellationRequested)
        {
            var server = Next();
            var connection = new ServerConnection(kept, _membership, settings, clock) { Welcomed = () => Welcomed(server) };
            string problem;
            var wasTaken = false;
            try
            {
                await connection.RunAsync(server, _membership.Credentials[usesFormer && _membership.Credentials.Length > 1 ? 1 : 0], cancellationToken);
                problem = "connecting again with a new certificate";
            }
            catch (RpcException refused) when (!cancellationToken.IsCancellationRequested)
            {
                problem = ServerChannel.Describe(refused);
                wasTaken = refused.StatusCode == StatusCode.Aborted;
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

            _membership = JoinedAgain(connection.Membership);
            if (connection.WasWelcome)
            {
                away = clock.GetUtcNow();
            }

            LogAway(_log, server.Authority, problem, away);
            tell($"{_membership.Host}; without a server since {away:yyyy-MM-ddTHH:mm:ssZ}: {problem}");
            await Task.Delay(_wait.Next(_membership.Servers.Length, wasTaken), clock, cancellationToken).ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        }
    }

    private void Welcomed(Uri server)
    {
        _wait.Welcomed();
        tell($"{_membership.Host}; connected to {server.Authority}");
    }

    /// <summary>One after the other in an order of chance, so that a server that is gone is met once a turn, and those that it leaves spread over the rest.</summary>
    private Uri Next()
    {
        _turn.RemoveAll(server => !_membership.Servers.Contains(server));
        if (_turn.Count == 0)
        {
            _turn.AddRange(_membership.Servers);
            RandomNumberGenerator.Shuffle(CollectionsMarshal.AsSpan(_turn));
            if (_turn.Count > 1 && _turn[^1] == _last)
            {
                (_turn[0], _turn[^1]) = (_turn[^1], _turn[0]); // it has just been lost
            }
        }

        var next = _turn[^1];
        _turn.RemoveAt(_turn.Count - 1);
        return _last = next;
    }

    /// <summary>What is known; or what the operator has put in its place since, by joining with a new token.</summary>
    private HostMembership JoinedAgain(HostMembership known) =>
        HostMembership.Read(settings.Directory, out var problem) is { } found && problem is null && found.Installation == known.Installation
            && !known.Credentials.Any(credential => credential.Certificate.AsSpan().SequenceEqual(found.Credentials[0].Certificate))
            ? found
            : known;

    [LoggerMessage(6301, LogLevel.Warning, "no server: {Server}: {Problem}; what is in force stays so (without a server since {Away:u})")]
    private static partial void LogAway(ILogger logger, string server, string problem, DateTimeOffset away);
}
