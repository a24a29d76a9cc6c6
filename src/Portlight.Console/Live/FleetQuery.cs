using Portlight.Console.Ports;

namespace Portlight.Console.Live;

/// <summary>
/// What the search field of the list understands, word by word, all of which have to fit: part of a name or address, <c>tag:env</c> or <c>tag:env=prod</c>, <c>open:22</c>, <c>everyone:22</c>, <c>host:fra-07</c>,
/// <c>is:waiting</c>.
/// </summary>
internal sealed class FleetQuery
{
    private readonly List<Func<InstanceView, bool>> _words = [];

    private FleetQuery()
    {
    }

    public static FleetQuery Parse(string? text)
    {
        var query = new FleetQuery();
        foreach (var word in Words(text))
        {
            query._words.Add(Word(word));
        }

        return query;
    }

    /// <summary>The words of a query, in their order.</summary>
    public static string[] Words(string? text) => (text ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries);

    public bool Fits(InstanceView instance) => _words.TrueForAll(word => word(instance));

    private static Func<InstanceView, bool> Word(string word)
    {
        var (key, value) = word.IndexOf(':', StringComparison.Ordinal) is > 0 and var colon ? (word[..colon], word[(colon + 1)..]) : ("", word);
        return key switch
        {
            "tag" when value.IndexOf('=', StringComparison.Ordinal) is > 0 and var equals =>
                instance => (instance.Status.Tags ?? []).Any(tag => tag.Key == value[..equals] && (tag.Value ?? "") == value[(equals + 1)..]),
            "tag" => instance => (instance.Status.Tags ?? []).Any(tag => tag.Key == value),
            "host" => instance => string.Equals(instance.Host, value, StringComparison.OrdinalIgnoreCase),
            "open" when int.TryParse(value, out var port) =>
                instance => instance.Rules.Any(rule => Opens(rule, port)),
            "everyone" when int.TryParse(value, out var port) => instance => instance.Rules.Any(rule => rule.IsToEveryone && Opens(rule, port)),
            "open" when value is "everyone" => instance => instance.IsOpenToEveryone,
            "is" => instance => value switch
            {
                "waiting" => instance.Sync == SyncState.Waiting,
                "refused" => instance.Sync == SyncState.Refused,
                "unfiltered" => instance.Sync == SyncState.NotFiltered,
                "away" => instance.Sync == SyncState.HostAway,
                _ => instance.Status.State == value,
            },
            _ => instance => instance.Name.Contains(word, StringComparison.OrdinalIgnoreCase) || instance.Status.IpAddresses.Any(address => address.Contains(word, StringComparison.OrdinalIgnoreCase)),
        };
    }

    private static bool Opens(PortRule rule, int port) => rule.Protocol == "all" || (rule.Protocol is "tcp" or "udp" && rule.FromPort <= port && port <= rule.ToPort);
}
