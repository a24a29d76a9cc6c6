using System.Text.Json;
using System.Text.Json.Serialization;

namespace Portlight.Console.Ports;

/// <summary>What a person wants to become of an instance's ports, and has not applied. It is kept in the person's browser, so that no restart of anything loses it.</summary>
public sealed record Draft
{
    /// <summary>What the ports were known by that it began with: it is applied to these alone.</summary>
    public required string EntityTag { get; init; }

    public required IReadOnlyList<DraftRow> Rows { get; init; }

    /// <summary>The whole set as it is to be.</summary>
    [JsonIgnore]
    public IReadOnlyList<PortRule> Rules => [.. Rows.Select(row => row.Rule).OfType<PortRule>()];

    [JsonIgnore]
    public int Changes => Rows.Count(row => row.Change != DraftChange.None);

    public static Draft Of(string entityTag, IEnumerable<PortRule> rules) => new() { EntityTag = entityTag, Rows = [.. rules.Select(rule => new DraftRow(rule, rule))] };

    public Draft Add(PortRule rule) => this with { Rows = [.. Rows, new DraftRow(null, rule)] };

    /// <summary>Adds a rule to begin with: the first usual one that is not there, for the person's own address.</summary>
    public Draft AddNext(string? mine)
    {
        var taken = Rules.Select(rule => rule.Key).ToHashSet();
        var (_, protocol, from, to) = Applications.All.Where(preset => !taken.Contains((preset.Protocol, preset.From, preset.To))).Append((Applications.Custom, "tcp", 8080, 8080)).First();
        return Add(new PortRule(protocol, from, to, mine is null ? [] : [mine]));
    }

    public Draft Set(int row, PortRule rule) => this with { Rows = [.. Rows.Select((one, place) => place == row ? one with { Rule = rule } : one)] };

    /// <summary>Lets sources in: by the rule of these ports, where there is one, beside what that lets in already; else by a rule of their own.</summary>
    public Draft LetIn(PortRule wanted) => RowOf(wanted) is { } row
        ? Set(row, wanted with { Sources = [.. (Rows[row].Rule?.Sources ?? []).Union(wanted.Sources)], ExpiresInSeconds = Rows[row].Rule?.ExpiresInSeconds })
        : Add(wanted);

    /// <summary>The row of these ports; null for none.</summary>
    public int? RowOf(PortRule ports)
    {
        for (var row = 0; row < Rows.Count; row++)
        {
            if (Rows[row].Shown.Key == ports.Key)
            {
                return row;
            }
        }

        return null;
    }

    /// <summary>Takes a rule out: one that stands is to be closed, a new one is forgotten.</summary>
    public Draft Remove(int row) => this with { Rows = [.. Rows.Select((one, place) => place == row ? one with { Rule = null } : one).Where(one => one.Before is not null || one.Rule is not null)] };

    /// <summary>Leaves a rule as it stands.</summary>
    public Draft Undo(int row) => this with { Rows = [.. Rows.Select((one, place) => place == row ? one with { Rule = one.Before } : one).Where(one => one.Rule is not null || one.Before is not null)] };

    /// <summary>What makes the set that stands into another one, whatever the draft was about before.</summary>
    public Draft To(IReadOnlyList<PortRule> rules)
    {
        var stand = Rows.Select(row => row.Before).OfType<PortRule>().ToList();
        return this with
        {
            Rows =
            [
                .. stand.Select(rule => new DraftRow(rule, rules.FirstOrDefault(other => other.Key == rule.Key))),
                .. rules.Where(rule => stand.TrueForAll(other => other.Key != rule.Key)).Select(rule => new DraftRow(null, rule)),
            ],
        };
    }

    /// <summary>The same wishes about a set that has changed meanwhile: what the draft has touched is as in the draft, all else as it stands now.</summary>
    public Draft OnTopOf(string entityTag, IReadOnlyList<PortRule> rules)
    {
        var left = rules.ToList();
        List<DraftRow> rows = [];
        foreach (var row in Rows)
        {
            var key = (row.Before ?? row.Rule!).Key;
            var now = left.Find(rule => rule.Key == key);
            if (now is not null)
            {
                left.Remove(now);
                rows.Add(row.Change == DraftChange.None ? new DraftRow(now, now) : new DraftRow(now, row.Rule));
            }
            else if (row.Change is not (DraftChange.None or DraftChange.Closes))
            {
                rows.Add(new DraftRow(null, row.Rule));
            }
        }

        return new Draft { EntityTag = entityTag, Rows = [.. rows, .. left.Select(rule => new DraftRow(rule, rule))] };
    }

    public string ToText() => JsonSerializer.Serialize(this);

    /// <summary>Reads what <see cref="ToText"/> wrote; null where it is something else.</summary>
    public static Draft? Read(string? text)
    {
        try
        {
            return text is null ? null : JsonSerializer.Deserialize<Draft>(text) is { Rows: { } rows } draft && rows.All(row => row is { Before: not null } or { Rule: not null }) ? draft : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
