using System.Collections.Immutable;

namespace Portlight.Domain;

/// <summary>What of one port set is open to whom.</summary>
public sealed class PortExposure
{
    private static readonly PortKey Ssh = Tcp(22);
    private static readonly PortKey Rdp = Tcp(3389);

    /// <summary>SQL Server, Oracle, MySQL, PostgreSQL, CouchDB, Redis, Elasticsearch, memcached, MongoDB: servers whose own documentation says not to show them to the internet.</summary>
    private static readonly PortKey[] Databases = [Tcp(1433), Tcp(1521), Tcp(3306), Tcp(5432), Tcp(5984), Tcp(6379), Tcp(9200), Tcp(11211), Tcp(27017)];

    /// <summary>A range of more ports than this is open for something that nobody has thought of.</summary>
    private const int WideRange = 1_000;

    private readonly PortSet _set;
    private readonly PortCoverage _coverage;

    private PortExposure(PortSet set)
    {
        _set = set;
        _coverage = PortCoverage.Of(set, ImmutableDictionary<string, ImmutableArray<Cidr>>.Empty);
    }

    /// <param name="letIn">The ports, with the networks that are not filtered among them.</param>
    /// <param name="aliases">What their aliases stand for (<see cref="PortLimits.Aliases"/>).</param>
    public static PortExposure Of(PortSet letIn, IReadOnlyDictionary<string, ImmutableArray<Cidr>> aliases) => new(letIn.Resolve(aliases));

    /// <summary>Each rule, and how wide it is open.</summary>
    public IEnumerable<(PortKey Key, SourceWidth Width)> Rules => _set.Rules.Select(rule => (rule.Key, WidthOf(rule)));

    /// <summary>From where one port, or one type and code of ICMP, is reached: by the rules that let it in.</summary>
    public (SourceWidth Width, ImmutableArray<Cidr> Sources) Reaches(PortKey packet)
    {
        ImmutableArray<PortRule> letting = [.. _set.Rules.Where(rule => rule.Carries(packet) && rule.HasSources)];
        ImmutableArray<Cidr> sources = [.. letting.SelectMany(rule => rule.Ipv4Sources.Concat(rule.Ipv6Sources)).Distinct().Order()];
        return (_coverage.IsOpenToAll(packet) ? SourceWidth.Everyone : WidthOf(sources), sources);
    }

    /// <summary>What of it somebody should look at.</summary>
    public IEnumerable<ExposureFinding> Findings()
    {
        if (_coverage.IsOpenToAll(Ssh))
        {
            yield return ExposureFinding.SshToEveryone;
        }

        if (_coverage.IsOpenToAll(Rdp))
        {
            yield return ExposureFinding.RdpToEveryone;
        }

        if (Databases.Any(_coverage.IsOpenToAll))
        {
            yield return ExposureFinding.DatabaseToEveryone;
        }

        if (Rules.Any(rule => rule.Width == SourceWidth.Everyone && (rule.Key.Protocol == NetworkProtocol.All || (rule.Key.Protocol is NetworkProtocol.Tcp or NetworkProtocol.Udp && rule.Key.ToPort - rule.Key.FromPort >= WideRange))))
        {
            yield return ExposureFinding.WideRangeToEveryone;
        }

        if (IsIpv6Wider())
        {
            yield return ExposureFinding.Ipv6Wider;
        }
    }

    private bool IsIpv6Wider()
    {
        var (ipv4, ipv6) = (Family(rule => new PortRule(rule.Key, rule.Ipv4Sources, [], [])), Family(rule => new PortRule(rule.Key, [], rule.Ipv6Sources, [])));
        return _set.Rules.Any(rule => rule.Protocol is not (NetworkProtocol.Icmp or NetworkProtocol.Icmpv6) && ipv6.IsOpenToAll(rule.Key) && !ipv4.IsOpenToAll(rule.Key));
    }

    private PortCoverage Family(Func<PortRule, PortRule> part) => PortCoverage.Of(PortSet.Of(_set.Rules.Select(part).Where(rule => rule.HasSources)), ImmutableDictionary<string, ImmutableArray<Cidr>>.Empty);

    private SourceWidth WidthOf(PortRule rule) => rule.HasSources && _coverage.IsOpenToAll(rule.Key) ? SourceWidth.Everyone : WidthOf([.. rule.Ipv4Sources, .. rule.Ipv6Sources]);

    private static SourceWidth WidthOf(ImmutableArray<Cidr> sources) => sources switch
    {
        [] => SourceWidth.Nobody,
        [var one] when one.PrefixLength == one.Width => SourceWidth.One,
        _ => SourceWidth.Networks,
    };

    private static PortKey Tcp(int port) => new(NetworkProtocol.Tcp, port, port);
}

/// <summary>What somebody should look at.</summary>
public enum ExposureFinding
{
    /// <summary>22/tcp is open to everybody.</summary>
    SshToEveryone,

    /// <summary>3389/tcp is open to everybody.</summary>
    RdpToEveryone,

    /// <summary>A port of a database is open to everybody.</summary>
    DatabaseToEveryone,

    /// <summary>Every protocol, or more than a thousand ports, are open to everybody.</summary>
    WideRangeToEveryone,

    /// <summary>Something is open to everybody over IPv6 and not over IPv4.</summary>
    Ipv6Wider,
}
