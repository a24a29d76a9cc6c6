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

    private readonly string _accountId;
    private readonly string _region;
    private readonly bool _seesGlobal;
    private readonly bool _isOwner;
    private readonly string? _key;
    private readonly string _value;
    private readonly DateTimeOffset _end;

    private EventFilter(Call call, string homeRegion, bool isOwner, LookupAttribute? attribute, DateTimeOffset start, DateTimeOffset end)
    {
        _accountId = call.Principal.AccountId;
        _region = call.Region;
        _seesGlobal = _region == AuditLog.GlobalRegion || _region == homeRegion;
        _isOwner = isOwner;
        _key = attribute?.AttributeKey;
        _value = attribute?.AttributeValue ?? "";
        Start = start;
        _end = end;
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
    public EventSummary? Unreadable(long sequence, DateTimeOffset at) => _isOwner ? EventSummary.Unreadable(sequence, at, _accountId, _region) : null;

    public bool Matches(EventSummary one) =>
        one.Recipient == _accountId
        && (one.Region == _region || (_seesGlobal && one.Region == AuditLog.GlobalRegion))
        && one.Time + Second > Start
        && one.Time <= _end
        && HasProperty(one);

    /// <summary>What tells tokens of this lookup from those of any other.</summary>
    public string Fingerprint()
    {
        var text = string.Join('\n', _accountId, _region, _key, _value, Start.UtcTicks.ToString(CultureInfo.InvariantCulture), _end.UtcTicks.ToString(CultureInfo.InvariantCulture));
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)).AsSpan(0, 8));
    }

    private bool HasProperty(EventSummary one) => _key switch
    {
        null => true,
        "EventId" => one.EventId == _value,
        "EventName" => one.EventName == _value,
        "ReadOnly" => (one.IsReadOnly ? "true" : "false") == _value,
        "Username" => one.Username == _value,
        "ResourceType" => one.Resources.Exists(resource => resource.ResourceType == _value),
        "ResourceName" => one.Resources.Exists(resource => resource.ResourceName == _value),
        "EventSource" => one.EventSource == _value,
        _ => one.AccessKeyId == _value,
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
