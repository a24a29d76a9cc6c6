using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using Portlight.Domain;

namespace Portlight.Api;

/// <summary>Whether packets are filtered.</summary>
public enum EnforceMode
{
    /// <summary><see cref="Kernel"/> where CAP_NET_ADMIN and nf_tables are at hand, else <see cref="Record"/>.</summary>
    Auto,
    Kernel,

    /// <summary>Ports are stored and answered; no packet is touched.</summary>
    Record,
}

/// <summary>How log lines are written.</summary>
public enum LogStyle
{
    /// <summary><see cref="Text"/> on a terminal, else <see cref="Json"/>.</summary>
    Auto,
    Text,
    Json,
}

/// <summary>Everything that <c>portlight serve</c> can be told. Docs: docs/settings.md.</summary>
public sealed record ServeOptions
{
    public const string DefaultListen = "http://127.0.0.1:8580";

    public const string DefaultRegion = "us-east-1";

    /// <summary>Where to listen; port 0 takes a free one.</summary>
    public ImmutableArray<Uri> Listen { get; init; } = [new(DefaultListen)];

    /// <summary>Where agents on other machines connect; none: there are no other machines.</summary>
    public ImmutableArray<Uri> Agents { get; init; } = [];

    /// <summary>Where the console in the browser answers, which is started beside the server; null for none.</summary>
    public Uri? Console { get; init; }

    /// <summary>What that console shows the server, to be believed when it says from where a person comes. Made anew at each start, so it is no setting.</summary>
    public string? ConsoleTicket { get; init; }

    /// <summary>PEM files of the certificate and its key, for <c>https://</c> addresses.</summary>
    public string? TlsCertificate { get; init; }

    public string? TlsKey { get; init; }

    /// <summary>The data directory: database, key file, credentials.</summary>
    public required string DataDirectory { get; init; }

    /// <summary>The connection string of a PostgreSQL database that several servers may share; null for SQLite in the data directory. It may hold a password.</summary>
    public string? Database { get; init; }

    public EnforceMode Enforce { get; init; } = EnforceMode.Auto;

    /// <summary>Replace what another installation has in the kernel, instead of refusing to start. Said for one start, so it is no setting.</summary>
    public bool TakesOver { get; init; }

    /// <summary>True: a connection that the port set no longer allows lives on, as AWS security groups let it. False (the default) cuts it.</summary>
    public bool DrainConnections { get; init; }

    /// <summary>The kernel of this machine counts the packets that each open port lets in.</summary>
    public bool CountsPackets { get; init; }

    /// <summary>Whether a change of this machine's ports is refused that would shut out an SSH session which is open.</summary>
    public bool GuardsSsh { get; init; } = true;

    /// <summary>How long a write waits until the kernel has confirmed it before it answers <c>Started</c>.</summary>
    public TimeSpan ConfirmTimeout { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Public IPv4 addresses of lab instances.</summary>
    public Cidr LabIpv4 { get; init; } = Cidr.Create(AddressFamily.InterNetwork, 0xC612_0000, 15); // 198.18.0.0/15, RFC 2544: kept for tests, routed nowhere

    /// <summary>Public IPv6 addresses of lab instances.</summary>
    public Cidr LabIpv6 { get; init; } = Cidr.Create(AddressFamily.InterNetworkV6, new UInt128(0xFD50_6F72_746C_0000, 0), 64); // unique local, RFC 4193

    /// <summary>Answer <c>-1</c> for the protocol <c>all</c>, as the live service does.</summary>
    public bool AwsQuirks { get; init; }

    /// <summary>Account to make at first start; null makes up a number.</summary>
    public string? Account { get; init; }

    /// <summary>Region to open at first start. Later it is the installation's own if it is open, else the one that was opened first is.</summary>
    public string Region { get; init; } = DefaultRegion;

    /// <summary>Loopback address for Prometheus metrics; null for none.</summary>
    public Uri? Metrics { get; init; }

    /// <summary>Blocks that the alias <c>lightsail-connect</c> stands for; none lets nobody in.</summary>
    public ImmutableArray<Cidr> BrowserClientSources { get; init; } = [];

    /// <summary>Different sources of one family that an instance may have.</summary>
    public int SourcesPerFamily { get; init; } = PortLimits.Default.SourcesPerFamily;

    /// <summary>Requests a second that one access key may make, with bursts of the same number; 0 for no bound.</summary>
    public int RequestsPerSecond { get; init; } = 5000;

    /// <summary>Connections that one source (an IPv4 address, an IPv6 /64) may have at once, unless it is a trusted proxy; 0 for no bound.</summary>
    public int ConnectionsPerSource { get; init; } = 1000;

    /// <summary>The longest that the refusal of a wrong signature waits; zero for not at all.</summary>
    public TimeSpan RefusalDelay { get; init; } = TimeSpan.FromSeconds(4);

    /// <summary>Proxies that are believed when they say where a request comes from.</summary>
    public ImmutableArray<Cidr> TrustedProxies { get; init; } = [];

    /// <summary>Instances in one region of one account; 0 for no bound. Null: 20, and no bound for the account that owns the installation.</summary>
    public int? InstanceQuota { get; init; }

    /// <summary>Static IPs in one region of one account (5 in the real service); 0 for no bound.</summary>
    public int StaticIpQuota { get; init; } = 5;

    /// <summary>How long operations are kept.</summary>
    public TimeSpan Retention { get; init; } = TimeSpan.FromDays(90);

    /// <summary>Whether audit events are written to files too; the store has them in any case.</summary>
    public bool ExportsAudit { get; init; } = true;

    /// <summary>Where to; null is <c>audit</c> in the data directory.</summary>
    public string? AuditDirectory { get; init; }

    /// <summary>Bytes of audit events each second that calls of one access key may fill which change nothing, and 128 times as much at once; 0 for no bound.</summary>
    public int AuditBytesPerKey { get; init; } = 128 * 1024;

    /// <summary>How long audit events are kept, in the store and in files. CloudTrail's event history is as long.</summary>
    public TimeSpan AuditRetention { get; init; } = TimeSpan.FromDays(90);

    public LogStyle Log { get; init; }

    /// <summary>The least that is written to the log.</summary>
    public LeastLevel LogLevel { get; init; } = LeastLevel.Info;

    /// <summary>Whether the log has a line for each request.</summary>
    public bool LogsRequests { get; init; } = true;

    /// <summary>What the settings say that port rules are checked against.</summary>
    public PortLimits PortLimits => new(SourcesPerFamily, PortLimits.Default.Aliases.SetItem(PortLimits.BrowserClientAlias, BrowserClientSources));

    /// <summary>
    /// Addresses and ports of the listeners that are not loopback-only: a host attachment keeps them open, or the next Put could not arrive. A null address
    /// is every address.
    /// </summary>
    public IEnumerable<(IPAddress? Address, int Port)> ControlPlanePorts =>
        from uri in Listen.Concat(Agents).Concat(Console is null or { Port: 0 } ? [] : [Console])
        let address = ListenAddress(uri)
        where uri.Host != "localhost" && (address is null || !IPAddress.IsLoopback(address))
        select (address is null || address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any) ? null : address, uri.Port);

    /// <summary>The address of a listening URL; null when its host is no address.</summary>
    public static IPAddress? ListenAddress(Uri uri) =>
        Cidr.TryParse(uri.Host.Trim('[', ']'), uri.HostNameType == UriHostNameType.IPv6 ? AddressFamily.InterNetworkV6 : AddressFamily.InterNetwork, out var cidr, out _)
            ? cidr.ToAddress()
            : null;
}
