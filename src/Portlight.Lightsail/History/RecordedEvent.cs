using System.Collections.Immutable;
using System.Text.Json;
using Portlight.Audit;
using Portlight.Domain;
using Portlight.Wire.Lightsail;
using Portlight.Wire.PortlightApi;

namespace Portlight.Lightsail;

/// <summary>What people want to know of an event of the audit log (docs/audit.md has its members).</summary>
internal static class RecordedEvent
{
    /// <summary>Deeper than any event.</summary>
    private static readonly JsonDocumentOptions Readable = new() { MaxDepth = 512 };

    public static JsonDocument Parse(ReadOnlySpan<byte> line)
    {
        var reader = new Utf8JsonReader(line, new JsonReaderOptions { MaxDepth = Readable.MaxDepth });
        return JsonDocument.ParseValue(ref reader);
    }

    public static Actor ActorOf(EventSummary summary, JsonElement whole)
    {
        var isCall = Text(whole, "eventType") != "AwsServiceEvent";
        return new Actor
        {
            Name = summary.Username ?? summary.AccessKeyId ?? (isCall ? "unknown" : Operator(whole)),
            Arn = Member(whole, "userIdentity") is { } identity ? Text(identity, "arn") : null,
            AccessKeyId = summary.AccessKeyId,
            SourceIpAddress = isCall ? Text(whole, "sourceIPAddress") : null,
            UserAgent = isCall ? Text(whole, "userAgent") : null,
        };
    }

    /// <summary>The user of the machine that ran a verb on the data directory; else the server itself.</summary>
    private static string Operator(JsonElement whole) => Member(whole, "serviceEventDetails") is not { } details || Text(details, "uid") is not { } uid ? "portlight"
        : Text(details, "sudoUser") is { } sudo ? $"uid {uid}, sudo by {sudo}"
        : $"uid {uid}";

    /// <summary>The things that the call was asked about and has changed.</summary>
    public static IEnumerable<string> Arns(JsonElement whole) =>
        Member(whole, "resources") is { ValueKind: JsonValueKind.Array } resources ? resources.EnumerateArray().Select(one => Text(one, "ARN")).OfType<string>() : [];

    /// <summary>Why the server did it by itself; null for a call.</summary>
    public static string? Cause(JsonElement whole) => Member(whole, "serviceEventDetails") is { } details ? Text(details, "cause") : null;

    /// <summary>Why a caller changed ports, in its own words; null where it gave no reason.</summary>
    public static string? Reason(EventSummary summary, JsonElement whole) =>
        summary.EventName == "ApplyPorts" && Member(whole, "requestParameters") is { } parameters ? Text(parameters, "reason") : null;

    /// <summary>The record of what was done to an instance.</summary>
    public static Guid? OperationOf(JsonElement whole, string instanceName)
    {
        var id = Member(whole, "responseElements") switch
        {
            { } one when Member(one, "operation") is { } operation => Text(operation, "id"),
            { } several when Member(several, "operations") is { ValueKind: JsonValueKind.Array } operations =>
                operations.EnumerateArray().Where(operation => Text(operation, "resourceName") == instanceName).Select(operation => Text(operation, "id")).FirstOrDefault(),
            _ => Member(whole, "serviceEventDetails") is { } details ? Text(details, "operation") : null,
        };
        return Guid.TryParse(id, out var found) ? found : null;
    }

    /// <summary>What was let in before and after; null where the event changed no ports.</summary>
    public static (PortsThen? Before, PortsThen? After)? PortsOf(JsonElement whole) =>
        Member(whole, "portlight") is { } ours && ours.TryGetProperty("portsBefore", out var before) && ours.TryGetProperty("portsAfter", out var after)
            ? (Read(before), Read(after))
            : null;

    /// <summary>Tags that the event has changed; null where it changed none.</summary>
    /// <param name="whole">The event.</param>
    /// <param name="when"><c>tagsBefore</c> or <c>tagsAfter</c>.</param>
    public static IReadOnlyList<Tag>? TagsOf(JsonElement whole, string when) =>
        Member(whole, "portlight") is { } ours && Member(ours, when) is { ValueKind: JsonValueKind.Array } tags
            ? [.. tags.EnumerateArray().Select(tag => new Tag { Key = Text(tag, "key"), Value = Text(tag, "value") })]
            : null;

    public static string? Text(JsonElement element, string name) => Member(element, name) is { ValueKind: JsonValueKind.String } value ? value.GetString() : null;

    private static JsonElement? Member(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

    private static PortsThen? Read(JsonElement ports) => ports.ValueKind switch
    {
        JsonValueKind.Array => new PortsThen(PortSet.Of(ports.EnumerateArray().Select(Rule).OfType<PortRule>()), Omitted: null),
        JsonValueKind.Object => new PortsThen(PortSet.Empty, ports.TryGetProperty("rules", out var rules) && rules.TryGetInt32(out var count) ? count : 0),
        _ => null,
    };

    /// <summary>A rule is a text; in events of an earlier Portlight it has the form of <c>portStates</c>.</summary>
    private static PortRule? Rule(JsonElement rule) => rule.ValueKind == JsonValueKind.String
        ? PortRuleText.TryRead(rule.GetString()!, out var read) ? read : null
        : rule.Deserialize(LightsailJson.Default.InstancePortState) is { } state
            && PortSet.Empty.TryOpen(new PortRuleInput(state.FromPort, state.ToPort, state.Protocol, state.Cidrs, state.Ipv6Cidrs, state.CidrListAliases), PortLimits.Default, out var alone, out _, out _)
                ? alone.Rules[0]
                : null;
}

/// <summary>Ports as an event has them, with the networks that were not filtered as a rule.</summary>
/// <param name="LetIn">The rules.</param>
/// <param name="Omitted">How many there were, where the event does not hold them; else null.</param>
internal sealed record PortsThen(PortSet LetIn, int? Omitted)
{
    /// <summary>What became of packets; nothing where one of the two is not known.</summary>
    public static IReadOnlyList<PortDifference> Effects(PortsThen? before, PortsThen? after, IReadOnlyDictionary<string, ImmutableArray<Cidr>> aliases) =>
        before?.Omitted is not null || after?.Omitted is not null ? [] : PortDifferences.Between(before?.LetIn ?? PortSet.Empty, after?.LetIn ?? PortSet.Empty, aliases);

    /// <param name="private">The networks that are not filtered at present, which are no rule.</param>
    /// <param name="awsQuirks">Whether <c>all</c> is written as AWS does.</param>
    public RecordedPorts ToWire(PortRule? @private, bool awsQuirks) => new()
    {
        PortStates = PortSet.Of(LetIn.Rules.Select(rule => rule.Key == @private?.Key ? rule.Without(@private) : rule).Where(rule => rule.HasSources)).ToPortStates(awsQuirks),
        OmittedRules = Omitted,
    };
}
