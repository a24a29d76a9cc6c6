namespace Portlight.Api;

/// <summary>When the value of a parameter is kept out of the log.</summary>
internal enum Hiding
{
    Never,

    /// <summary>It is shown when it was what it should be; something else might be a secret that was put there by mistake.</summary>
    WhenRefused,

    Always,
}

/// <summary>
/// Parameters that hold secrets, whatever the operation, and values that look like a private key, wherever they are: an event shows that they were there and not
/// what they held.
/// </summary>
internal static class HiddenMembers
{
    public const string InsteadOfValue = "HIDDEN_DUE_TO_SECURITY_REASONS";

    /// <summary>How private keys begin or go on in PEM, and in base64 of it, whichever of its three alignments; in OpenSSH's own form; in PuTTY's.</summary>
    private static readonly string[] KeyMarks = ["PRIVATE KEY", "UFJJVkFURSBLRV", "BSSVZBVEUgS0VZ", "QUklWQVRFIEtFW", "b3BlbnNzaC1rZXktdjE", "PuTTY-User-Key-File"];

    /// <summary>No mark is shorter.</summary>
    private const int ShortestMark = 11;

    public static Hiding Of(string parameter) => parameter.ToUpperInvariant() switch
    {
        "USERDATA" or "PASSWORD" or "OLDPASSWORD" or "NEWPASSWORD" or "MASTERUSERPASSWORD" or "TOKENCODE" or "PRIVATEKEY" or "PRIVATEKEYBASE64" or "SESSIONTOKEN" or "SHAREDSECRET"
            or "SECRETACCESSKEY" => Hiding.Always,
        "PUBLICKEYBASE64" => Hiding.WhenRefused,
        _ => Hiding.Never,
    };

    public static bool LooksLikePrivateKey(string text) => text.Length >= ShortestMark && Array.Exists(KeyMarks, mark => text.Contains(mark, StringComparison.Ordinal));
}
