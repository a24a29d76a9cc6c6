namespace Portlight.Console.Exposure;

/// <summary>What somebody should look at, in few words.</summary>
internal static class FindingWords
{
    public static string Of(string kind) => kind switch
    {
        "notFiltered" => "Not filtered at all",
        "sshToEveryone" => "SSH to everyone",
        "rdpToEveryone" => "RDP to everyone",
        "databaseToEveryone" => "Databases to everyone",
        "wideRangeToEveryone" => "Wide ranges to everyone",
        "ipv6Wider" => "IPv6 wider than IPv4",
        _ => kind,
    };

    /// <summary>The port that the finding is about; null where there are several.</summary>
    public static int? Port(string kind) => kind switch { "sshToEveryone" => 22, "rdpToEveryone" => 3389, _ => null };
}
