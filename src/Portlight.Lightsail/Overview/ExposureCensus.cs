using System.Collections.Immutable;
using Portlight.Domain;
using Portlight.Wire.Lightsail;
using Portlight.Wire.PortlightApi;

namespace Portlight.Lightsail;

/// <summary>Counts what is open to whom, instance by instance. Port sets that are alike are worked out once.</summary>
internal sealed class ExposureCensus(IReadOnlyDictionary<string, ImmutableArray<Cidr>> aliases, PortKey? asked, bool awsQuirks)
{
    private const int NamedInstances = 20;
    private const int ListedPorts = 500;
    private const int ListedClasses = 200;
    private const int ListedReached = 1_000;
    private const int ListedSources = 100;

    private readonly Dictionary<PortSet, Alike> _classes = [];
    private readonly List<string> _unfiltered = [];
    private readonly List<ReachedInstance> _reached = [];
    private int _instances;
    private int _expiring;

    /// <summary>Rules of the port sets that were worked out: what it has cost.</summary>
    public long Work { get; private set; }

    /// <param name="instance">An instance.</param>
    /// <param name="isFiltered">False: everything reaches it, whatever its ports are.</param>
    public void Add(Domain.Instance instance, bool isFiltered)
    {
        _instances++;
        _expiring += instance.Expiring.IsEmpty ? 0 : 1;
        Work++;
        var letIn = instance.LetIn;
        if (!_classes.TryGetValue(letIn, out var alike))
        {
            Work += letIn.Rules.Length;
            var exposure = PortExposure.Of(letIn, aliases);
            alike = _classes[letIn] = new Alike([.. exposure.Rules], [.. exposure.Findings()], asked is { } port ? exposure.Reaches(port) : default);
        }

        alike.Add(instance);
        if (!isFiltered)
        {
            _unfiltered.Add(instance.Name);
        }

        if (asked is not null && (alike.Reached.Width != SourceWidth.Nobody || !isFiltered))
        {
            _reached.Add(new ReachedInstance
            {
                InstanceName = instance.Name,
                Width = Word(isFiltered ? alike.Reached.Width : SourceWidth.Everyone),
                Cidrs = isFiltered ? [.. alike.Reached.Sources.Take(ListedSources).Select(source => source.ToString())] : [],
                ExpiresAt = isFiltered ? instance.Expiring.Where(one => one.Rule.Carries(asked.Value)).Min(one => (DateTimeOffset?)one.At) : null,
            });
        }
    }

    public GetExposureResponse Result(long revision)
    {
        var ports = Ports();
        return new GetExposureResponse
        {
            Revision = revision,
            Instances = _instances,
            Expiring = _expiring,
            Ports = [.. ports.Take(ListedPorts)],
            FurtherPorts = Math.Max(0, ports.Count - ListedPorts),
            Classes =
            [
                .. _classes.OrderByDescending(one => one.Value.Names.Count).ThenBy(one => one.Value.Names[0], StringComparer.Ordinal).Take(ListedClasses)
                    .Select(one => new ExposureClass { PortStates = one.Key.ToPortStates(awsQuirks), Instances = one.Value.Names.Count, InstanceNames = Some(one.Value.Names), TagsInCommon = one.Value.TagsInCommon }),
            ],
            FurtherClasses = Math.Max(0, _classes.Count - ListedClasses),
            Findings = [.. Findings()],
            Reached = [.. _reached.OrderBy(one => one.Width == Word(SourceWidth.Everyone) ? 0 : one.Width == Word(SourceWidth.Networks) ? 1 : 2).ThenBy(one => one.InstanceName, StringComparer.Ordinal).Take(ListedReached)],
            FurtherReached = Math.Max(0, _reached.Count - ListedReached),
        };
    }

    private List<ExposedPort> Ports() =>
    [
        .. (from alike in _classes.Values
            from rule in alike.Rules
            group (rule.Width, alike.Names.Count) by rule.Key into same
            let counts = same.ToLookup(one => one.Width, one => one.Count)
            where counts.Any(one => one.Key != SourceWidth.Nobody)
            let port = new ExposedPort
            {
                Protocol = same.Key.Protocol.ToWire(),
                FromPort = same.Key.FromPort,
                ToPort = same.Key.ToPort,
                Everyone = counts[SourceWidth.Everyone].Sum(),
                Networks = counts[SourceWidth.Networks].Sum(),
                One = counts[SourceWidth.One].Sum(),
            }
            orderby port.Everyone descending, port.Networks descending, port.One descending, same.Key.Protocol, same.Key.FromPort, same.Key.ToPort
            select port),
    ];

    private IEnumerable<ExposureFindings> Findings()
    {
        if (_unfiltered.Count > 0)
        {
            yield return Finding("notFiltered", _unfiltered);
        }

        foreach (var kind in Enum.GetValues<ExposureFinding>())
        {
            var names = _classes.Values.Where(alike => alike.Findings.Contains(kind)).SelectMany(alike => alike.Names).ToList();
            if (names.Count > 0)
            {
                yield return Finding(Word(kind), names);
            }
        }
    }

    private static ExposureFindings Finding(string kind, List<string> names) => new() { Kind = kind, Instances = names.Count, InstanceNames = Some(names) };

    private static string[] Some(List<string> names) => [.. names.Order(StringComparer.Ordinal).Take(NamedInstances)];

    private static string Word(Enum value) => $"{value}" is [var first, .. var rest] ? char.ToLowerInvariant(first) + rest : "";

    private sealed record Alike(ImmutableArray<(PortKey Key, SourceWidth Width)> Rules, ImmutableArray<ExposureFinding> Findings, (SourceWidth Width, ImmutableArray<Cidr> Sources) Reached)
    {
        private List<KeyValuePair<string, string?>> _tags = [];

        public List<string> Names { get; } = [];

        public IReadOnlyList<Tag> TagsInCommon => [.. _tags.Select(tag => new Tag { Key = tag.Key, Value = tag.Value })];

        public void Add(Domain.Instance instance)
        {
            if (Names.Count == 0)
            {
                _tags = [.. instance.Tags];
            }
            else
            {
                _tags.RemoveAll(tag => !instance.Tags.TryGetValue(tag.Key, out var value) || value != tag.Value);
            }

            Names.Add(instance.Name);
        }
    }
}
