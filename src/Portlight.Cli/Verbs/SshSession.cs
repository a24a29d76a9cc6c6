using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Portlight.Domain;
using Portlight.Wire.Lightsail;

namespace Portlight.Cli.Verbs;

/// <summary>The operator's own way in, as sshd tells it: <c>SSH_CONNECTION</c> is "client-address client-port server-address server-port" (ssh(1)).</summary>
/// <param name="Client">Where the operator sits; null when sshd's words are not understood, which no rule can be shown to let in.</param>
/// <param name="Port">The port of this machine that the session came in by.</param>
internal sealed record SshSession(IPAddress? Client, int Port)
{
    public const string EnvironmentVariable = "SSH_CONNECTION";

    private const int Ssh = 22;

    /// <summary>Null when the operator is not on SSH.</summary>
    public static SshSession? Parse(string? connection)
    {
        var words = connection?.Split(' ', StringSplitOptions.RemoveEmptyEntries) ?? [];
        if (words.Length == 0)
        {
            return null;
        }

        // A link-local client has its interface behind it, as in fe80::1%eth0.
        var isKnown = Cidr.TryParseAddress(words[0].Split('%')[0], out var client, out _);
        return isKnown && words.Length == 4 && int.TryParse(words[3], NumberStyles.None, CultureInfo.InvariantCulture, out var port)
            ? new SshSession(client, port)
            : new SshSession(null, Ssh);
    }

    /// <summary>Whether this session's packets pass when these ports are open and these networks are not filtered.</summary>
    public bool Passes(IEnumerable<InstancePortState> open, IEnumerable<string> privateNetworks) =>
        Client is not null && (open.Any(IsLetInBy) || privateNetworks.Any(Holds));

    private bool IsLetInBy(InstancePortState state)
    {
        var carriesTcp = state.Protocol is "all" or "-1" || state.Protocol == "tcp" && state.FromPort <= Port && Port <= state.ToPort;
        return carriesTcp && state.Cidrs.Concat(state.Ipv6Cidrs).Any(Holds);
    }

    private bool Holds(string block)
    {
        var family = block.Contains(':', StringComparison.Ordinal) ? AddressFamily.InterNetworkV6 : AddressFamily.InterNetwork;
        return Cidr.TryParse(block, family, out var cidr, out _) && cidr.Contains(Client!);
    }
}
