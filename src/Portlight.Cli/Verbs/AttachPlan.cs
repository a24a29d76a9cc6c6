using System.Globalization;
using Portlight.Cli.Ports;
using Portlight.Wire.PortlightApi;

namespace Portlight.Cli.Verbs;

/// <summary>The dry run of an attach as an operator reads it: what is open afterwards, what closes, who is cut off.</summary>
internal static class AttachPlan
{
    public static async Task WriteAsync(TextWriter talk, AttachInstanceRequest request, AttachInstanceResponse plan)
    {
        if (plan.Attachment.InterfaceName is { } real && request.InterfaceName is not null && real != request.InterfaceName)
        {
            await talk.WriteLineAsync($"`{request.InterfaceName}` is another name of the interface `{real}`");
        }

        foreach (var line in Lines(request.InstanceName!, plan))
        {
            await talk.WriteLineAsync(line);
        }
    }

    public static IEnumerable<string> Lines(string name, AttachInstanceResponse plan)
    {
        var where = plan.Attachment switch
        {
            { Selector: { } selector, InterfaceName: { } found } => $"the interface that {selector} finds, now {found}",
            { Selector: { } selector } => $"the interface that {selector} finds",
            { InterfaceName: { } card } => $"interface {card}",
            _ => "this machine",
        };
        yield return $"{name}: {where}{(plan.Attachment.Addresses.Count > 0 ? ", " : "")}{string.Join(", ", plan.Attachment.Addresses)}";
        if (plan.Waiting is { } waiting)
        {
            yield return $"  {waiting}";
        }

        yield return $"  open afterwards: {PortText.Of(plan.PortStatesAfter)}";
        if (plan.NotFiltered is { } reason)
        {
            yield return $"  WARNING: no packet is filtered by this server, so nothing closes: {reason}";
        }
        else if (plan.Attachment.Kind == "interface")
        {
            yield return "  everything else to it closes; open connections to what closes are cut, unless the server was started with `--connections drain`";
        }

        if (plan.Attachment.ClosedNames is { Count: > 0 } patterns)
        {
            yield return $"  other interfaces called {string.Join(" or ", patterns)} close until they are attached{(plan.ClosedInterfaces.Count > 0 ? $"; there are {string.Join(", ", plan.ClosedInterfaces)} now" : "")}";
        }

        foreach (var network in plan.Attachment.PrivateCidrs)
        {
            yield return $"  not filtered: packets from {network}";
        }

        foreach (var loss in Losses(plan))
        {
            yield return loss;
        }

        if (!plan.WasAttached && plan.OutboundConnections > 0)
        {
            yield return $"  {Count(plan.OutboundConnections, "connection")} of this machine to others may break: answers pass for connections that begin afterwards";
        }

        foreach (var sentence in plan.Unseen)
        {
            yield return $"  not seen: {sentence}";
        }

        if (plan.AreProcessesHidden)
        {
            yield return "  the server may not see every process: names may be missing, and SSH is known by port 22 and by systemd's units of SSH servers alone";
        }
    }

    /// <summary>What of this machine closes or is cut.</summary>
    public static IEnumerable<string> Losses(AttachInstanceResponse plan)
    {
        foreach (var listener in plan.Listeners.Where(listener => listener.IsOpenBefore && !listener.IsOpenAfter))
        {
            yield return $"  would close: {listener.Port}/{listener.Protocol} on {listener.Address}{Holder(listener.Process, listener.ProcessId)}";
        }

        foreach (var port in plan.PublishedPorts.Where(port => port.IsOpenBefore && !port.IsOpenAfter))
        {
            yield return $"  would close: {Ports(port)}{port.Protocol}, which a nat rule sends to {port.Target ?? "somewhere else"}";
        }

        foreach (var session in plan.SshSessions.Where(session => session.IsOpenBefore && !session.IsOpenAfter))
        {
            var user = session.User is null ? "" : $" of {session.User}";
            yield return $"  would cut the SSH session{user} from {session.PeerAddress} to port {session.Port}{Holder(session.Process, session.ProcessId)}";
        }

        foreach (var cut in plan.CutConnections)
        {
            var more = cut.Count > cut.Peers.Count ? ", …" : "";
            yield return $"  would cut: {Count(cut.Count, "connection")} to {cut.Port}/tcp from {string.Join(", ", cut.Peers)}{more}{Holder(cut.Process, cut.ProcessId)}";
        }
    }

    private static string Ports(PublishedPort port) => (port.FromPort, port.ToPort) switch
    {
        (0, 65535) => "",
        var (from, to) when from == to => $"{from}/",
        var (from, to) => $"{from}-{to}/",
    };

    private static string Holder(string? process, int? id) => process is null ? "" : $" ({process}, pid {id?.ToString(CultureInfo.InvariantCulture)})";

    private static string Count(int count, string noun) => $"{count} {noun}{(count == 1 ? "" : "s")}";
}
