using System.Net.Sockets;
using Portlight.AgentProtocol;
using Portlight.Api;
using Portlight.Domain;
using Portlight.Fleet;
using Portlight.Wire;

namespace Portlight.Lightsail;

/// <summary>
/// Refuses a change of this machine's port set that would shut out an SSH session which is open now, from any client: on a machine that is reached by
/// SSH alone nobody could take it back. With <c>drain</c> too, for the session could not be made again.
/// </summary>
/// <remarks>Races are fine: a session that begins between the look and the change is cut like any other.</remarks>
internal sealed class SshGuard(ServeOptions options, HostRegistry hosts)
{
    private const int NamedSessions = 3;

    public bool IsOn(HostLoop host) => options.GuardsSsh && host.Status is { Enforces: true };

    /// <summary>Whether a change of an instance's ports is looked at: that of this machine's, unless it is undone when nobody confirms it, so that it locks nobody out for good.</summary>
    public bool Guards(Call call, Instance? instance) => instance is { Attachment: Attachment.ThisHost } && IsOn(hosts.Of(instance)) && call.ConfirmWithin is null;

    /// <summary>For a change of an instance's ports. It takes no look at the machine unless the change closes something.</summary>
    /// <exception cref="InvalidInputException">An SSH session would be shut out, or it cannot be seen whether one would.</exception>
    public async ValueTask RequireAsync(Call call, Instance instance, PortSet wanted)
    {
        if (!Guards(call, instance))
        {
            return;
        }

        var limits = options.PortLimits;
        if (PortCoverage.Of(wanted, limits.Aliases).Covers(PortCoverage.Of(instance.Ports, limits.Aliases)))
        {
            return;
        }

        IReadOnlyList<InboundConnection> sessions;
        try
        {
            sessions = await hosts.Of(instance).AskAsync(agent => agent.FindSshSessionsAsync(CancellationToken.None));
        }
        catch (AgentException problem)
        {
            // A refusal can be answered in a minute; a machine that nobody reaches any more cannot.
            throw new InvalidInputException($"this closes ports of {(instance.Attachment.Host == HostName.Local ? "this machine" : $"the host {instance.Attachment.Host}")}, and it cannot be seen whether that cuts an SSH session: {problem.Message}. {WayOn}");
        }

        Require(hosts.Of(instance), sessions, HostReach.Of(instance, limits), HostReach.Of(instance.Attachment, wanted, limits));
    }

    /// <summary>For sessions that are known already.</summary>
    /// <exception cref="InvalidInputException">One of them would be shut out.</exception>
    public void Require(HostLoop host, IEnumerable<InboundConnection> sessions, HostReach before, HostReach after)
    {
        var lost = IsOn(host) ? ShutOut(sessions, before, after).ToList() : [];
        if (lost.Count == 0)
        {
            return;
        }

        var named = string.Join("; ", lost.Take(NamedSessions).Select(session => $"{Describe(session)} (kept by {RuleFor(session)})"));
        var more = lost.Count > NamedSessions ? $"; and {lost.Count - NamedSessions} more" : "";
        throw new InvalidInputException($"this would shut out an SSH session that is open now: {named}{more}. Leave its port open to it. {WayOn}");
    }

    /// <summary>The SSH sessions among these that pass now and would not afterwards.</summary>
    public static IEnumerable<InboundConnection> ShutOut(IEnumerable<InboundConnection> connections, HostReach before, HostReach after) =>
        connections.Where(connection => connection.IsSsh && IsLetIn(before, connection) && !IsLetIn(after, connection));

    public static bool IsLetIn(HostReach reach, InboundConnection connection) => reach.LetsIn(NetworkProtocol.Tcp, connection.Local.Port, connection.Peer.Address);

    /// <summary>As <c>portlight attach --open</c> takes it: <c>22/tcp@192.0.2.7</c>.</summary>
    public static string RuleFor(InboundConnection connection) => $"{connection.Local.Port}/tcp@{connection.Peer.Address}";

    private const string WayOn = "Or send it with the header X-Portlight-Confirm, so that it is undone unless it is confirmed; or, if there is another way in, start the server with --ssh-guard off";

    private static string Describe(InboundConnection session)
    {
        var peer = session.Peer.AddressFamily == AddressFamily.InterNetworkV6 ? $"[{session.Peer.Address}]:{session.Peer.Port}" : $"{session.Peer.Address}:{session.Peer.Port}";
        var holder = (session.User, session.Process) switch
        {
            (null, null) => "",
            (null, var process) => $", {process}",
            (var user, null) => $", {user}",
            (var user, var process) => $", {user}, {process}",
        };
        return $"from {peer} to port {session.Local.Port}{holder}";
    }
}
