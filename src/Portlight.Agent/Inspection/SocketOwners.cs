using System.Globalization;
using Portlight.AgentProtocol;
using Portlight.Domain;

namespace Portlight.Agent.Inspection;

/// <summary>
/// Which processes hold which sockets, as <c>/proc/PID/fd</c> tells (proc(5)). The descriptors of another user, or of a process with more capabilities, need
/// CAP_SYS_PTRACE, and so does any look at them where <c>/proc</c> is mounted with <c>hidepid</c>; processes that end meanwhile are left out.
/// </summary>
internal sealed class SocketOwners
{
    private const string SocketPrefix = "socket:[";

    private readonly Dictionary<ulong, List<OwningProcess>> _holders = [];

    private SocketOwners()
    {
    }

    /// <summary>True when some process's descriptors may not be read, or some processes may not be seen at all: then what is not in the list cannot be told from what is not there.</summary>
    internal bool AreSomeHidden { get; private set; }

    /// <summary>Of the processes whose names are wanted; only their descriptors are read.</summary>
    internal static SocketOwners Read(Predicate<string> isWanted)
    {
        var owners = new SocketOwners { AreSomeHidden = !ProcessCapabilities.Has(ProcessCapabilities.SysPtrace) };
        foreach (var directory in Directory.EnumerateDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(directory), NumberStyles.None, CultureInfo.InvariantCulture, out var id))
            {
                continue;
            }

            try
            {
                var name = File.ReadAllText($"{directory}/comm").TrimEnd('\n');
                if (isWanted(name))
                {
                    owners.Add(new OwningProcess(id, UserText.Excerpt(name)), directory);
                }
            }
            catch (UnauthorizedAccessException)
            {
                owners.AreSomeHidden = true;
            }
            catch (IOException)
            {
                // It has ended.
            }
        }

        return owners;
    }

    /// <summary>The processes that hold a socket, eldest first; none when none was seen.</summary>
    internal IReadOnlyList<OwningProcess> Of(ulong inode) => _holders.GetValueOrDefault(inode) ?? [];

    /// <summary>The one to name: a listener that systemd keeps for a service is the service's once that runs.</summary>
    internal OwningProcess? NameOf(ulong inode) => Of(inode) is { Count: > 0 } holders ? holders.FirstOrDefault(holder => holder.Id != 1) ?? holders[0] : null;

    private void Add(OwningProcess process, string directory)
    {
        foreach (var descriptor in new DirectoryInfo($"{directory}/fd").EnumerateFileSystemInfos())
        {
            if (descriptor.LinkTarget is { } target
                && target.StartsWith(SocketPrefix, StringComparison.Ordinal)
                && ulong.TryParse(target.AsSpan(SocketPrefix.Length, target.Length - SocketPrefix.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var inode))
            {
                if (!_holders.TryGetValue(inode, out var holders))
                {
                    _holders[inode] = holders = [];
                }

                if (holders.Count == 0 || holders[^1].Id != process.Id)
                {
                    holders.Add(process);
                }
            }
        }
    }
}
