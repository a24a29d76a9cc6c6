namespace Portlight.Audit;

/// <summary>Texts of a caller or an error as they go into an event: cut where CloudTrail cuts them.</summary>
internal static class BoundedText
{
    /// <summary>CloudTrail's bound of <c>userAgent</c>, <c>errorCode</c> and <c>errorMessage</c>, 1 KB; here in characters.</summary>
    public const int MaxLength = 1024;

    private const string Mark = "…";

    public static string Of(string text) => Of(text, MaxLength);

    public static string Of(string text, int longest)
    {
        if (text.Length <= longest)
        {
            return text;
        }

        var length = longest - Mark.Length;
        return string.Concat(text.AsSpan(0, char.IsHighSurrogate(text[length - 1]) ? length - 1 : length), Mark);
    }
}
