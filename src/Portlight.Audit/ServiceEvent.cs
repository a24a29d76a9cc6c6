using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Portlight.Api;
using Portlight.Domain;
using Portlight.Storage;

namespace Portlight.Audit;

/// <summary>
/// An event that no call of the API made: what the server did by itself, or what somebody did on the machine. CloudTrail's <c>AwsServiceEvent</c>, with the facts
/// under <c>serviceEventDetails</c> (CloudTrail user guide, non-API events).
/// </summary>
internal static class ServiceEvent
{
    /// <summary>A change was undone: the kernel has refused it, or nobody has confirmed it in time. What was in force before it is stored again.</summary>
    public const string ChangeReverted = "ChangeReverted";

    /// <summary>What was opened for a time has been closed.</summary>
    public const string PortsExpired = "PortsExpired";

    /// <summary>Calls have no event of their own, and this counts them.</summary>
    public const string CallsUnrecorded = "CallsUnrecorded";

    /// <summary>The account has a new root key and none of its older ones.</summary>
    public const string RootKeyReset = "RootKeyReset";

    /// <summary>Stored secrets are sealed with a new key.</summary>
    public const string KeyFileRotated = "KeyFileRotated";

    /// <summary>An agent has got its first certificate of a host by a token.</summary>
    public const string HostJoined = "HostJoined";

    /// <summary>An agent has shown a token of a host with its secret, and got nothing by it.</summary>
    public const string HostJoinRefused = "HostJoinRefused";

    /// <summary>Several agents run with the key of one host.</summary>
    public const string HostKeyShared = "HostKeyShared";

    /// <summary>An agent has got a newer certificate of its host by the one that it had.</summary>
    public const string HostCertificateRenewed = "HostCertificateRenewed";

    /// <summary>Room for the name of every operation, each with a number.</summary>
    private const int LongestFact = 8 * 1024;

    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>An event about a change of an instance.</summary>
    /// <param name="at">When it happened.</param>
    /// <param name="name">One of the names above.</param>
    /// <param name="before">The instance before.</param>
    /// <param name="after">The instance after; null where it is gone.</param>
    /// <param name="details">Facts, by name; never a secret.</param>
    public static AuditEvent Of(DateTimeOffset at, string name, Instance before, Instance? after, IReadOnlyDictionary<string, string> details) =>
        Of(at, name, before.Scope.AccountId, before.Scope.Region, (before.Arn, "AWS::Lightsail::Instance"), details, (before, after));

    /// <param name="at">When it happened.</param>
    /// <param name="name">One of the names above.</param>
    /// <param name="account">The account that it concerns.</param>
    /// <param name="region">Its region; that of IAM for what belongs to none.</param>
    /// <param name="resource">ARN and CloudTrail type of what it is about.</param>
    /// <param name="details">Facts, by name; never a secret.</param>
    /// <param name="change">The instance before and after, where what comes in to it has changed; null for one that was not there, or is gone.</param>
    public static AuditEvent Of(
        DateTimeOffset at,
        string name,
        string account,
        string region,
        (string Arn, string Type) resource,
        IReadOnlyDictionary<string, string> details,
        (Instance? Before, Instance? After)? change = null)
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        using (var writer = new Utf8JsonWriter(buffer, Options))
        {
            writer.WriteStartObject();
            writer.WriteString("eventVersion"u8, "1.11"u8);
            WriteOrigin(writer, at, name, account, region);
            WriteResource(writer, account, resource);
            writer.WriteString("eventType"u8, "AwsServiceEvent"u8);
            writer.WriteBoolean("managementEvent"u8, true);
            writer.WriteString("recipientAccountId"u8, account);
            writer.WriteStartObject("serviceEventDetails"u8);
            foreach (var (fact, value) in details)
            {
                writer.WriteString(fact, BoundedText.Of(value, LongestFact));
            }

            writer.WriteEndObject();
            writer.WriteString("eventCategory"u8, "Management"u8);
            PortlightMember.WritePorts(writer, change);
            writer.WriteEndObject();
        }

        return new AuditEvent(at, buffer.WrittenMemory);
    }

    private static void WriteOrigin(Utf8JsonWriter writer, DateTimeOffset at, string name, string account, string region)
    {
        writer.WriteStartObject("userIdentity"u8);
        writer.WriteString("accountId"u8, account);
        writer.WriteString("invokedBy"u8, "portlight"u8);
        writer.WriteEndObject();
        AuditEventJson.WriteTime(writer, "eventTime"u8, at);
        writer.WriteString("eventSource"u8, "portlight"u8);
        writer.WriteString("eventName"u8, name);
        writer.WriteString("awsRegion"u8, region);
        writer.WriteString("sourceIPAddress"u8, "portlight"u8);
        writer.WriteString("userAgent"u8, "portlight"u8);
        writer.WriteNull("requestParameters"u8);
        writer.WriteNull("responseElements"u8);
        writer.WriteString("eventID"u8, Ids.InOrderOf(at));
        writer.WriteBoolean("readOnly"u8, false);
    }

    private static void WriteResource(Utf8JsonWriter writer, string account, (string Arn, string Type) resource)
    {
        writer.WriteStartArray("resources"u8);
        writer.WriteStartObject();
        writer.WriteString("ARN"u8, resource.Arn);
        writer.WriteString("accountId"u8, account);
        writer.WriteString("type"u8, resource.Type);
        writer.WriteEndObject();
        writer.WriteEndArray();
    }
}
