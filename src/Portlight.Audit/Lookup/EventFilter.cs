using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Portlight.Api;
using Portlight.Domain;
using Portlight.Wire;
using Portlight.Wire.CloudTrail;

namespace Portlight.Audit;

/// <summary>Which events a lookup is for: those of the caller's account and region that have the property asked for.</summary>
internal sealed class EventFilter
{
    /// <summary>CloudTrail names seconds in an event, so both ends of a range count as whole ones.</summary>
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private readonly string accountId;
    private readonly string region;
    private readonly bool seesGlobal;
    private readonly bool isOwner;
    private readonly string? key;
    private readonly string value;
    private readonly DateTimeOffset end;

    private EventFilter(Call call, string homeRegion, bool isOwner, LookupAttribute? attribute, DateTimeOffset start, DateTimeOffset end)
    {
        accountId = call.Principal.AccountId;
        region = call.Region;
        seesGlobal = region == AuditLog.GlobalRegion || region == homeRegion;
        this.isOwner = isOwner;
        key = attribute?.AttributeKey;
        value = attribute?.AttributeValue ?? "";
        Start = start;
        this.end = end;
    }

    /// <summary>Nothing older is looked for.</summary>
    public DateTimeOffset Start { get; }

    /// <exception cref="LightsailException">The request asks for what no event can be.</exception>
    public static EventFilter Of(Call call, string homeRegion, bool isOwner, LookupEventsRequest request)
    {
        if (request.EventCategory is not (null or "insight"))
        {
            throw new InvalidEventCategoryException($"`{UserText.Excerpt(request.EventCategory)}` is no category of events; `EventCategory` is `insight` or left out");
        }

        var start = request.StartTime ?? DateTimeOffset.MinValue;
        var end = request.EndTime ?? DateTimeOffset.MaxValue;
        if (start > end)
        {
            throw new InvalidTimeRangeException("`StartTime` is after `EndTime`");
        }

        return new EventFilter(call, homeRegion, isOwner, Attribute(request.LookupAttributes ?? []), start, end);
    }

    /// <summary>A line of which nobody can tell whose event it was, as the account that owns the installation sees it; null for any other.</summary>
    public EventSummary? Unreadable(long sequence, DateTimeOffset at) => isOwner ? EventSummary.Unreadable(sequence, at, accountId, region) : null;

    public bool Matches(EventSummary one) =>
        one.Recipient == accountId
        && (one.Region == region || (seesGlobal && one.Region == AuditLog.GlobalRegion))
        && one.Time + Second > Start
        && one.Time <= end
        && HasProperty(one);

    /// <summary>What tells tokens of this lookup from those of any other.</summary>
    public string Fingerprint()
    {
        var text = string.Join('\n', accountId, region, key, value, Start.UtcTicks.ToString(CultureInfo.InvariantCulture), end.UtcTicks.ToString(CultureInfo.InvariantCulture));
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)).AsSpan(0, 8));
    }

    private bool HasProperty(EventSummary one) => key switch
    {
        null => true,
        "EventId" => one.EventId == value,
        "EventName" => one.EventName == value,
        "ReadOnly" => (one.IsReadOnly ? "true" : "false") == value,
        "Username" => one.Username == value,
        "ResourceType" => one.Resources.Exists(resource => resource.ResourceType == value),
        "ResourceName" => one.Resources.Exists(resource => resource.ResourceName == value),
        "EventSource" => one.EventSource == value,
        _ => one.AccessKeyId == value,
    };

    private static LookupAttribute? Attribute(IReadOnlyList<LookupAttribute> attributes)
    {
        switch (attributes)
        {
            case []:
                return null;
            case [{ AttributeKey: "EventId" or "EventName" or "ReadOnly" or "Username" or "ResourceType" or "ResourceName" or "EventSource" or "AccessKeyId", AttributeValue.Length: > 0 } one]:
                return one;
            case [var one]:
                throw new InvalidLookupAttributesException(
                    $"`{UserText.Excerpt(one.AttributeKey ?? "")}` with `{UserText.Excerpt(one.AttributeValue ?? "")}` is no lookup attribute; "
                    + "`AttributeKey` is EventId, EventName, ReadOnly, Username, ResourceType, ResourceName, EventSource or AccessKeyId, and `AttributeValue` is not empty");
            default:
                throw new InvalidLookupAttributesException("`LookupAttributes` holds more than one attribute; one is allowed");
        }
    }
}
