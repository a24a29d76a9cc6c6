using System.Globalization;
using System.Text.Json;
using Portlight.Api;
using Portlight.Wire.CloudTrail;

namespace Portlight.Audit;

/// <summary>What of an event's line can be looked for.</summary>
internal sealed class EventSummary
{
    public string? EventId { get; private set; }

    public string? EventName { get; private set; }

    public string? EventSource { get; private set; }

    public DateTimeOffset Time { get; private set; }

    public string? Region { get; private set; }

    public string? Recipient { get; private set; }

    public bool IsReadOnly { get; private set; }

    /// <summary>Whether a caller was told that it failed.</summary>
    public bool HasFailed { get; private set; }

    /// <summary>Whether no call made it: the server did it by itself, or somebody on the machine.</summary>
    public bool IsOfNoCall { get; private set; }

    /// <summary>Whether it says what was let in before and after.</summary>
    public bool ChangesPorts { get; private set; }

    public string? AccessKeyId { get; private set; }

    public string? Username { get; private set; }

    /// <summary>Things that the request names, with the names that it gives them; of an event that no call made, the things that its facts name.</summary>
    public List<Resource> Resources { get; } = [];

    /// <summary>Deeper than any event: what can be written must be readable.</summary>
    private static readonly JsonReaderOptions Options = new() { MaxDepth = 512 };

    private string? _named;
    private string? _asked;

    /// <summary>Null for a line that is no event or is nobody's, which only damage can make: it has a summary of its own, <see cref="Unreadable"/>.</summary>
    public static EventSummary? Read(ReadOnlySpan<byte> line)
    {
        var summary = new EventSummary();
        var reader = new Utf8JsonReader(line, Options);
        try
        {
            reader.Read();
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                summary.ReadMember(ref reader);
            }

            summary.AddNamed();
            return summary.Recipient is null ? null : summary;
        }
        catch (Exception problem) when (problem is JsonException or InvalidOperationException or FormatException)
        {
            return null;
        }
    }

    /// <summary>Stands for a line that cannot be read.</summary>
    public static EventSummary Unreadable(long sequence, DateTimeOffset at, string accountId, string region) => new()
    {
        EventId = string.Create(CultureInfo.InvariantCulture, $"unreadable-{sequence}"),
        EventName = "UnreadableEvent",
        EventSource = "portlight",
        Time = at,
        Recipient = accountId,
        Region = region,
    };

    private void AddNamed()
    {
        if (_named is not null)
        {
            Resources.Add(new Resource { ResourceType = _asked, ResourceName = _named });
        }
    }

    private void ReadMember(ref Utf8JsonReader reader)
    {
        switch (reader.ValueSpan)
        {
            case var name when name.SequenceEqual("userIdentity"u8):
                ReadIdentity(ref reader);
                break;
            case var name when name.SequenceEqual("eventTime"u8):
                reader.Read();
                Time = reader.GetDateTimeOffset();
                break;
            case var name when name.SequenceEqual("readOnly"u8):
                reader.Read();
                IsReadOnly = reader.GetBoolean();
                break;
            case var name when name.SequenceEqual("requestParameters"u8):
                ReadParameters(ref reader, ThingTypes.OfParameter);
                break;
            case var name when name.SequenceEqual("serviceEventDetails"u8):
                ReadParameters(ref reader, ThingTypes.OfFact);
                break;
            case var name when name.SequenceEqual("resources"u8):
                ReadAskedResources(ref reader);
                break;
            case var name when name.SequenceEqual("errorCode"u8):
                reader.Read();
                HasFailed = reader.TokenType == JsonTokenType.String;
                reader.Skip();
                break;
            case var name when name.SequenceEqual("eventType"u8):
                IsOfNoCall = Text(ref reader) == "AwsServiceEvent";
                break;
            case var name when name.SequenceEqual("portlight"u8):
                ReadOurs(ref reader);
                break;
            case var name when name.SequenceEqual("eventSource"u8):
                EventSource = Text(ref reader);
                break;
            case var name when name.SequenceEqual("eventName"u8):
                EventName = Text(ref reader);
                break;
            case var name when name.SequenceEqual("eventID"u8):
                EventId = Text(ref reader);
                break;
            case var name when name.SequenceEqual("awsRegion"u8):
                Region = Text(ref reader);
                break;
            case var name when name.SequenceEqual("recipientAccountId"u8):
                Recipient = Text(ref reader);
                break;
            default:
                reader.Read();
                reader.Skip();
                break;
        }
    }

    private void ReadIdentity(ref Utf8JsonReader reader)
    {
        string? type = null, arn = null;
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            switch (reader.ValueSpan)
            {
                case var name when name.SequenceEqual("type"u8):
                    type = Text(ref reader);
                    break;
                case var name when name.SequenceEqual("arn"u8):
                    arn = Text(ref reader);
                    break;
                case var name when name.SequenceEqual("accessKeyId"u8):
                    AccessKeyId = Text(ref reader);
                    break;
                case var name when name.SequenceEqual("userName"u8):
                    Username = Text(ref reader);
                    break;
                default:
                    reader.Read();
                    reader.Skip();
                    break;
            }
        }

        Username ??= type switch
        {
            "Root" => "root",
            "AssumedRole" => arn?[(arn.LastIndexOf('/') + 1)..],
            _ => null,
        };
    }

    private void ReadOurs(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            ChangesPorts |= reader.ValueSpan.SequenceEqual("portsAfter"u8);
            reader.Read();
            reader.Skip();
        }
    }

    private void ReadParameters(ref Utf8JsonReader reader, Func<ReadOnlySpan<byte>, string?> typeOf)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isOfAnyKind = reader.ValueSpan.SequenceEqual(ThingTypes.OfAnyKind);
            var type = typeOf(reader.ValueSpan);
            reader.Read();
            _named = isOfAnyKind && reader.TokenType == JsonTokenType.String ? JsonTexts.Of(ref reader) : _named;
            if (type is null || reader.TokenType is not (JsonTokenType.String or JsonTokenType.StartArray))
            {
                reader.Skip();
                continue;
            }

            ReadNames(ref reader, type);
        }
    }

    /// <summary>The first type of what the call was asked on: that of the thing of which the request tells the name alone.</summary>
    private void ReadAskedResources(ref Utf8JsonReader reader)
    {
        reader.Read();
        var depth = reader.CurrentDepth;
        while (reader.Read() && reader.CurrentDepth > depth)
        {
            if (reader.TokenType == JsonTokenType.PropertyName && reader.ValueSpan.SequenceEqual("type"u8))
            {
                _asked ??= Text(ref reader);
            }
        }
    }

    private void ReadNames(ref Utf8JsonReader reader, string type)
    {
        if (reader.TokenType == JsonTokenType.String)
        {
            Resources.Add(new Resource { ResourceType = type, ResourceName = JsonTexts.Of(ref reader) });
            return;
        }

        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType == JsonTokenType.String)
            {
                Resources.Add(new Resource { ResourceType = type, ResourceName = JsonTexts.Of(ref reader) });
            }
            else
            {
                reader.Skip();
            }
        }
    }

    private static string Text(ref Utf8JsonReader reader)
    {
        reader.Read();
        return JsonTexts.Of(ref reader);
    }
}
