using System.Collections.Frozen;
using System.Text;
using Portlight.AgentProtocol;
using Portlight.Domain;

namespace Portlight.Agent.Inspection;

/// <summary>
/// Knows SSH servers by the names of their processes, and what sshd writes into its command line about each connection (sshd.c, sshd-session.c, monitor.c, session.c:
/// <c>sshd: alice [priv]</c>, <c>sshd: alice [net]</c>, <c>sshd: alice@pts/0</c>).
/// </summary>
internal static class SshServer
{
    private const int Port = 22;

    private static readonly FrozenSet<string> Names = FrozenSet.Create(StringComparer.Ordinal, "sshd", "sshd-session", "sshd-auth", "dropbear", "tinysshd");

    internal static bool Is(string processName) => Names.Contains(processName);

    internal static bool Is(OwningProcess process) => Is(process.Name);

    /// <summary>
    /// Whether a connection counts as somebody's way in. One that sshd has not authenticated does not: on a machine that the internet can reach there is always
    /// somebody who tries passwords. On port 22 every connection counts, and so does one of a unit that runs an SSH server: its holder may be hidden.
    /// </summary>
    internal static bool IsSession(int port, IReadOnlyList<OwningProcess> holders, bool isOfSshUnit)
    {
        var servers = holders.Where(Is).ToList();
        return servers.Count > 0 ? !servers.Exists(IsBeforeAuthentication) : port == Port || isOfSshUnit;
    }

    /// <summary>The user who has logged in; null when no title says so.</summary>
    internal static string? UserOf(IReadOnlyList<OwningProcess> holders)
    {
        foreach (var holder in holders.Where(Is))
        {
            var title = TitleOf(holder);
            var colon = title.IndexOf(": ", StringComparison.Ordinal);
            if (colon >= 0 && title[(colon + 2)..].Split('@', ' ')[0] is { Length: > 0 } user && !user.StartsWith('[') && !user.StartsWith('/'))
            {
                return UserText.Excerpt(user);
            }
        }

        return null;
    }

    private static bool IsBeforeAuthentication(OwningProcess process)
    {
        if (process.Name == "sshd-auth")
        {
            return true;
        }

        var title = TitleOf(process);
        return title.Contains("[net]", StringComparison.Ordinal) || title.Contains("[accepted]", StringComparison.Ordinal) || title.Contains("[preauth]", StringComparison.Ordinal);
    }

    private static string TitleOf(OwningProcess process)
    {
        try
        {
            return Encoding.UTF8.GetString(File.ReadAllBytes($"/proc/{process.Id}/cmdline")).Replace('\0', ' ').Trim();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return ""; // it has ended
        }
    }
}
