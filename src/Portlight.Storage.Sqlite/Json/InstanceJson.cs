using System.Collections.Immutable;
using System.Net;
using System.Text.Json;
using Portlight.Domain;

namespace Portlight.Storage.Sqlite;

/// <summary>
/// An instance as rows keep it: everything but scope and revision, which have columns. Written by hand, because many are read at once.
/// Member names are persisted: they may be added to, never renamed.
/// </summary>
internal static class InstanceJson
{
    public static void Write(Utf8JsonWriter json, Instance instance)
    {
        json.WriteStartObject();
        json.WriteString("name"u8, instance.Name);
        json.WriteString("id"u8, instance.Id);
        json.WriteNumber("index"u8, instance.Index);
        json.WriteString("createdAt"u8, instance.CreatedAt.UtcDateTime);
        json.WriteString("zone"u8, instance.AvailabilityZone);
        json.WriteString("blueprint"u8, instance.BlueprintId);
        json.WriteString("bundle"u8, instance.BundleId);
        json.WriteNumber("state"u8, (int)instance.State);
        json.WriteString("ipAddressType"u8, instance.IpAddressType.ToWire());
        WriteOptional(json, "publicIpv4"u8, instance.PublicIpv4?.ToString());
        WriteOptional(json, "privateIpv4"u8, instance.PrivateIpv4?.ToString());
        WriteOptional(json, "ipv6"u8, instance.Ipv6Address?.ToString());
        WriteOptional(json, "staticIp"u8, instance.StaticIpName);
        json.WriteString("keyPair"u8, instance.KeyPairName);
        WriteOptional(json, "userData"u8, instance.UserData.Length == 0 ? null : instance.UserData);
        json.WritePropertyName("attachment"u8);
        AttachmentJson.Write(json, instance.Attachment);
        json.WritePropertyName("ports"u8);
        PortSetJson.Write(json, instance.Ports);
        if (instance.Tags.Count > 0)
        {
            json.WritePropertyName("tags"u8);
            TagsJson.Write(json, instance.Tags);
        }

        if (instance.MetadataOptions != MetadataOptions.Default)
        {
            json.WritePropertyName("metadata"u8);
            WriteMetadata(json, instance.MetadataOptions);
        }

        if (!instance.Expiring.IsEmpty)
        {
            json.WritePropertyName("expiring"u8);
            ExpiringRulesJson.Write(json, instance.Expiring);
        }

        if (instance.Unconfirmed is { } unconfirmed)
        {
            json.WritePropertyName("unconfirmed"u8);
            UnconfirmedChangeJson.Write(json, unconfirmed);
        }

        json.WriteEndObject();
    }

    public static Instance Read(ReadOnlySpan<byte> utf8, Scope scope, long revision)
    {
        var json = new JsonCursor(utf8);
        string name = "", zone = "", blueprint = "", bundle = "", keyPair = "", userData = "";
        var (id, index, createdAt) = (Guid.Empty, 0L, default(DateTimeOffset));
        var (state, ipAddressType, ports) = (InstanceState.Pending, IpAddressType.Dualstack, PortSet.Empty);
        var (tags, metadata) = (Tags.None, MetadataOptions.Default);
        IPAddress? publicIpv4 = null, privateIpv4 = null, ipv6 = null;
        string? staticIp = null;
        Attachment attachment = new Attachment.Recorded();
        UnconfirmedChange? unconfirmed = null;
        ImmutableArray<ExpiringRule> expiring = [];
        while (json.NextMember(out var member))
        {
            switch (member)
            {
                case "name": name = json.Text(); break;
                case "id": id = json.Guid(); break;
                case "index": index = json.Int64(); break;
                case "createdAt": createdAt = json.Time(); break;
                case "zone": zone = json.RepeatedText(); break;
                case "blueprint": blueprint = json.RepeatedText(); break;
                case "bundle": bundle = json.RepeatedText(); break;
                case "state": state = (InstanceState)json.Int64(); break;
                case "ipAddressType": ipAddressType = IpAddressTypeText.TryParse(json.RepeatedText(), out var type) ? type : throw JsonCursor.UnknownValue(member); break;
                case "publicIpv4": publicIpv4 = json.Address(); break;
                case "privateIpv4": privateIpv4 = json.Address(); break;
                case "ipv6": ipv6 = json.Address(); break;
                case "staticIp": staticIp = json.Text(); break;
                case "keyPair": keyPair = json.RepeatedText(); break;
                case "userData": userData = json.Text(); break;
                case "attachment": attachment = AttachmentJson.Read(ref json); break;
                case "ports": ports = PortSetJson.Read(ref json); break;
                case "tags": tags = TagsJson.Read(ref json); break;
                case "metadata": metadata = ReadMetadata(ref json); break;
                case "expiring": expiring = ExpiringRulesJson.Read(ref json); break;
                case "unconfirmed": unconfirmed = UnconfirmedChangeJson.Read(ref json); break;
                default: throw JsonCursor.Unknown(member);
            }
        }

        return new Instance
        {
            Scope = scope,
            Name = name,
            Id = id,
            Index = index,
            CreatedAt = createdAt,
            AvailabilityZone = zone,
            BlueprintId = blueprint,
            BundleId = bundle,
            Attachment = attachment,
            Ports = ports,
            State = state,
            IpAddressType = ipAddressType,
            PublicIpv4 = publicIpv4,
            PrivateIpv4 = privateIpv4,
            Ipv6Address = ipv6,
            StaticIpName = staticIp,
            KeyPairName = keyPair,
            UserData = userData,
            Tags = tags,
            MetadataOptions = metadata,
            Expiring = expiring,
            Unconfirmed = unconfirmed,
            Revision = revision,
        };
    }

    private static void WriteOptional(Utf8JsonWriter json, ReadOnlySpan<byte> member, string? value)
    {
        if (value is not null)
        {
            json.WriteString(member, value);
        }
    }

    private static void WriteMetadata(Utf8JsonWriter json, MetadataOptions options)
    {
        json.WriteStartObject();
        json.WriteString("tokens"u8, options.HttpTokens);
        json.WriteString("endpoint"u8, options.HttpEndpoint);
        json.WriteNumber("hopLimit"u8, options.HttpPutResponseHopLimit);
        json.WriteString("ipv6"u8, options.HttpProtocolIpv6);
        json.WriteEndObject();
    }

    private static MetadataOptions ReadMetadata(ref JsonCursor json)
    {
        var options = MetadataOptions.Default;
        json.EnterObject();
        while (json.NextMember(out var member))
        {
            options = member switch
            {
                "tokens" => options with { HttpTokens = json.Text() },
                "endpoint" => options with { HttpEndpoint = json.Text() },
                "hopLimit" => options with { HttpPutResponseHopLimit = (int)json.Int64() },
                "ipv6" => options with { HttpProtocolIpv6 = json.Text() },
                _ => throw JsonCursor.Unknown(member),
            };
        }

        return options;
    }
}
