using System.Globalization;
using System.Text.Json;
using Portlight.Api;
using Portlight.Wire;
using Portlight.Wire.Query;

namespace Portlight.Identity;

/// <summary>Makes sessions and hands them out: the one place where a temporary key, its secret and its token are together.</summary>
internal sealed class SessionIssuer(SessionTokens tokens)
{
    /// <summary>A session that begins with the call, for the call's caller; the operation fills in what it knows better.</summary>
    public static Session Begin(Call call, string accountId, int seconds) => new()
    {
        Kind = SessionKind.Caller,
        AccessKeyId = TemporaryKeys.NewId(accountId),
        Secret = TemporaryKeys.NewSecret(),
        AccountId = accountId,
        Name = call.Principal.UserName ?? "",
        Id = call.Principal.UserName is null ? "" : call.Principal.UserId,
        OriginKeyId = call.Principal.OriginKeyId,
        IssuedAt = call.Now,
        ExpiresAt = call.Now.AddSeconds(seconds),
    };

    /// <summary>Bytes that the terms take in the token, and the same as the percentage of the room for them; both 0 where there are none.</summary>
    /// <exception cref="IamException">PackedPolicyTooLarge.</exception>
    public static (byte[] Packed, int Percent) Pack(SessionTerms terms)
    {
        var packed = SessionFormat.Pack(terms);
        var percent = (int)Math.Ceiling(packed.Length * 100.0 / SessionFormat.MaxPackedTerms);
        return percent <= 100 ? (packed, percent) : throw IamException.PackedPolicyTooLarge(terms.HasPolicies
            ? $"Packed policy consumes {percent}% of allotted space, please use smaller policy."
            : $"Packed size of session tags consumes {percent}% of allotted space.");
    }

    /// <summary>Writes the element <c>Credentials</c>, and what of it the audit log may know.</summary>
    public void Write(Call call, XmlAnswer answer, Session session, byte[] packedTerms)
    {
        answer.Structure("Credentials", () =>
        {
            answer.Text("AccessKeyId", session.AccessKeyId);
            answer.Text("SecretAccessKey", session.Secret);
            answer.Text("SessionToken", tokens.Seal(session, packedTerms));
            answer.Time("Expiration", session.ExpiresAt);
        });
        Note(call, session);
    }

    /// <summary>The token of a session without terms; the audit log learns of the session, and not its secret.</summary>
    public string Seal(Call call, Session session)
    {
        Note(call, session);
        return tokens.Seal(session, packedTerms: []);
    }

    private static void Note(Call call, Session session) => call.Audit.Response = writer => WriteAudit(writer, session);

    private static void WriteAudit(Utf8JsonWriter writer, Session session)
    {
        writer.WriteStartObject();
        writer.WriteStartObject("credentials"u8);
        writer.WriteString("accessKeyId"u8, session.AccessKeyId);
        writer.WriteString("expiration"u8, session.ExpiresAt.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture));
        writer.WriteEndObject();
        if (session.Kind == SessionKind.Role)
        {
            writer.WriteStartObject("assumedRoleUser"u8);
            writer.WriteString("assumedRoleId"u8, $"{session.Id}:{session.SessionName}");
            writer.WriteString("arn"u8, ArnOf(session));
            writer.WriteEndObject();
        }

        writer.WriteEndObject();
    }

    /// <summary>The ARN of a session of a role.</summary>
    public static string ArnOf(Session session) => $"arn:aws:sts::{session.AccountId}:assumed-role/{session.Name}/{session.SessionName}";
}
