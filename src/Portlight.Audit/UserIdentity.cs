using System.Text.Json;
using Portlight.Api;

namespace Portlight.Audit;

/// <summary>The caller, as CloudTrail says it (CloudTrail user guide, userIdentity element).</summary>
internal static class UserIdentity
{
    private const int LongestKeyId = 32;

    public static void Write(Utf8JsonWriter writer, AuditedCall audited)
    {
        var call = audited.Call;
        var principal = call.Principal;
        writer.WriteStartObject("userIdentity"u8);
        if (principal.Type == PrincipalType.Anonymous)
        {
            writer.WriteString("type"u8, "Unknown"u8);
            if (call.Audit.ClaimedAccessKeyId is { } claimed && IsKeyId(claimed))
            {
                writer.WriteString("accessKeyId"u8, claimed);
            }
        }
        else if (audited.IsForOther)
        {
            writer.WriteString("type"u8, "AWSAccount"u8);
            writer.WriteString("principalId"u8, principal.UserId);
            writer.WriteString("accountId"u8, principal.AccountId);
        }
        else
        {
            writer.WriteString("type"u8, TypeOf(principal.Type));
            writer.WriteString("principalId"u8, principal.UserId);
            writer.WriteString("arn"u8, principal.Arn);
            writer.WriteString("accountId"u8, principal.AccountId);
            writer.WriteString("accessKeyId"u8, principal.AccessKeyId);
            if (principal.UserName is { } name)
            {
                writer.WriteString("userName"u8, name);
            }

            WriteSession(writer, principal);
        }

        writer.WriteEndObject();
    }

    /// <summary>Whether it has the form of an access key id: a broken client may send a secret in its place.</summary>
    private static bool IsKeyId(string claimed) => claimed.Length <= LongestKeyId && claimed.All(one => char.IsAsciiLetterUpper(one) || char.IsAsciiDigit(one));

    private static ReadOnlySpan<byte> TypeOf(PrincipalType type) => type switch
    {
        PrincipalType.Account => "Root"u8,
        PrincipalType.User => "IAMUser"u8,
        _ => "AssumedRole"u8,
    };

    private static void WriteSession(Utf8JsonWriter writer, Principal principal)
    {
        if (principal.SessionIssuedAt is not { } issued)
        {
            return;
        }

        writer.WriteStartObject("sessionContext"u8);
        if (principal.RoleArn is { } role)
        {
            writer.WriteStartObject("sessionIssuer"u8);
            writer.WriteString("type"u8, "Role"u8);
            writer.WriteString("principalId"u8, principal.UserId.AsSpan()[..Until(principal.UserId, ':')]);
            writer.WriteString("arn"u8, role);
            writer.WriteString("accountId"u8, principal.AccountId);
            writer.WriteString("userName"u8, role.AsSpan()[(role.LastIndexOf('/') + 1)..]);
            writer.WriteEndObject();
        }

        writer.WriteStartObject("attributes"u8);
        AuditEventJson.WriteTime(writer, "creationDate"u8, issued);
        writer.WriteString("mfaAuthenticated"u8, "false"u8);
        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    private static int Until(string text, char end) => text.IndexOf(end, StringComparison.Ordinal) is var place and >= 0 ? place : text.Length;
}
