using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;
using Portlight.Domain;

namespace Portlight.Agent;

/// <summary>The process that holds the lock of this network namespace. Any process may take the name first, so nothing that it says of itself is believed: the kernel names it.</summary>
/// <param name="ProcessId">0 when it is in a process namespace that is not seen from here.</param>
/// <param name="UserId">The user that it runs as.</param>
/// <param name="DataDirectory">What it answered; null when it did not answer as Portlight does.</param>
internal sealed record LockHolder(int ProcessId, uint UserId, string? DataDirectory)
{
    /// <summary>Milliseconds for a word. Portlight has it at once, a busy machine somewhat later; a process that only listens is told from it a little later, and nobody waits otherwise.</summary>
    private const int Patience = 5000;

    /// <summary>Null when nobody holds it any more.</summary>
    internal static LockHolder? Find()
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified) { SendTimeout = Patience, ReceiveTimeout = Patience };
        try
        {
            socket.Connect(new UnixDomainSocketEndPoint(EnforcementLock.SocketName));
            // struct ucred of SO_PEERCRED (socket(7)): pid, uid, gid of the process that listens.
            Span<int> credentials = stackalloc int[3];
            socket.GetRawSocketOption(1, 17, MemoryMarshal.AsBytes(credentials));
            return new LockHolder(credentials[0], (uint)credentials[1], ReadGreeting(socket));
        }
        catch (SocketException)
        {
            return null;
        }
    }

    /// <summary>In words for an operator who wanted the lock.</summary>
    internal string Describe() => DataDirectory is null
        ? $"the name of Portlight's lock in this network namespace is taken by {Process}, which does not answer as Portlight does; nothing was changed: end it, if it is not yours (`kill {ProcessId}`)"
        : $"another portlight ({Process}, data directory {DataDirectory}) enforces on this machine's network; nothing was changed: stop it first";

    private string Process => ProcessId == 0 ? $"a process of user {UserId} in another container" : $"process {ProcessId} `{CommandOf(ProcessId)}` of user {UserId}";

    private static string? ReadGreeting(Socket socket)
    {
        try
        {
            var bytes = new byte[4200];
            var text = Encoding.UTF8.GetString(bytes, 0, socket.Receive(bytes));
            return text.StartsWith(EnforcementLock.Greeting, StringComparison.Ordinal) ? UserText.Line(text[EnforcementLock.Greeting.Length..].TrimEnd('\n'), bytes.Length) : null;
        }
        catch (SocketException)
        {
            return null;
        }
    }

    private static string CommandOf(int processId)
    {
        try
        {
            return UserText.Excerpt(File.ReadAllText($"/proc/{processId}/comm").Trim());
        }
        catch (Exception unseen) when (unseen is IOException or UnauthorizedAccessException)
        {
            return "?";
        }
    }
}
