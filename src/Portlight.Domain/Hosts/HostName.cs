namespace Portlight.Domain;

/// <summary>Names of hosts, the machines that run an agent: they stand in certificates, tokens and policies, so they are plain.</summary>
public static class HostName
{
    /// <summary>The machine of the server itself; every installation has it.</summary>
    public const string Local = "local";

    /// <summary>As long as a label of the DNS.</summary>
    public const int MaxLength = 63;

    /// <summary>How policies name a host: hosts are in no region, and belong to the account that owns the installation.</summary>
    public static string Arn(string accountId, string name) => $"arn:aws:portlight::{accountId}:host/{name}";

    /// <summary><c>[a-z0-9][a-z0-9-]{0,62}</c>.</summary>
    public static bool IsValid(string name) =>
        name.Length is > 0 and <= MaxLength && name[0] != '-' && name.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-');
}
