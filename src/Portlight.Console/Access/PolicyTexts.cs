using System.Text.Encodings.Web;
using System.Text.Json;

namespace Portlight.Console.Access;

/// <summary>Policy documents as a person reads and begins them.</summary>
internal static class PolicyTexts
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>What a new policy begins with: it allows looking at instances.</summary>
    public const string First =
        """
        {
          "Version": "2012-10-17",
          "Statement": [
            {
              "Sid": "Look",
              "Effect": "Allow",
              "Action": ["lightsail:Get*", "portlight:ListFleet", "portlight:WatchChanges", "portlight:PreviewPorts"],
              "Resource": "*"
            }
          ]
        }
        """;

    /// <summary>A role that users of the account may assume to whom their own policies allow it.</summary>
    public static string TrustOf(string account) =>
        $$"""
        {
          "Version": "2012-10-17",
          "Statement": [
            {
              "Effect": "Allow",
              "Principal": { "AWS": "arn:aws:iam::{{account}}:root" },
              "Action": "sts:AssumeRole"
            }
          ]
        }
        """;

    /// <summary>A document of an answer, which is percent-encoded there, with a line for each member; as it is, where it is no JSON.</summary>
    public static string Shown(string encoded)
    {
        var text = Uri.UnescapeDataString(encoded);
        try
        {
            using var document = JsonDocument.Parse(text);
            return text.Contains('\n', StringComparison.Ordinal) ? text : JsonSerializer.Serialize(document.RootElement, Indented);
        }
        catch (JsonException)
        {
            return text;
        }
    }
}
