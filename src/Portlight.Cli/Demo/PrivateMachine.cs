using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Portlight.Cli.Demo;

/// <summary>The namespaces that the demo was started in: made fit to live in, and entered by sockets.</summary>
internal static partial class PrivateMachine
{
    private const int NewNetwork = 0x40000000; // CLONE_NEWNET, linux/sched.h
    private const int InternetFamily = 2, Datagram = 2; // AF_INET, SOCK_DGRAM
    private const nuint GetFlags = 0x8913, SetFlags = 0x8914; // SIOCGIFFLAGS, SIOCSIFFLAGS, linux/sockios.h
    private const short Up = 1; // IFF_UP, linux/if.h
    private const int InterfaceRequestSize = 40, FlagsOffset = 16; // struct ifreq: a name of 16 bytes, then a union

    /// <summary>A /run of its own, where namespaces get their names, and a loopback interface that is up.</summary>
    public static void Furnish()
    {
        if (Environment.ProcessId != 1)
        {
            throw new FailedException("this is not the first process of namespaces of its own; say `portlight demo` and nothing more");
        }

        Check(Mount("tmpfs", "/run", "tmpfs", 0, 0), "mounting /run");
        using var socket = new SafeFileHandle(Socket(InternetFamily, Datagram, 0), ownsHandle: true);
        var request = new byte[InterfaceRequestSize];
        Encoding.ASCII.GetBytes("lo", request);
        Check(InterfaceControl(socket, GetFlags, request), "reading the loopback interface");
        var flags = BinaryPrimitives.ReadInt16LittleEndian(request.AsSpan(FlagsOffset));
        BinaryPrimitives.WriteInt16LittleEndian(request.AsSpan(FlagsOffset), (short)(flags | Up));
        Check(InterfaceControl(socket, SetFlags, request), "setting the loopback interface up");
    }

    /// <summary>Does something on a thread that is in a named network namespace. Sockets made there stay there, whoever uses them later.</summary>
    public static Task<T> InsideAsync<T>(string namespaceName, Func<T> work)
    {
        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        var thread = new Thread(() =>
        {
            try
            {
                using var handle = File.OpenHandle($"/run/netns/{namespaceName}");
                Check(SetNamespace(handle, NewNetwork), $"entering {namespaceName}");
                done.SetResult(work());
            }
            catch (Exception exception)
            {
                done.SetException(exception);
            }
        })
        {
            // The thread is never used again: it stays in that namespace.
            IsBackground = true,
        };
        thread.Start();
        return done.Task;
    }

    private static void Check(int result, string doing)
    {
        if (result < 0)
        {
            throw new IOException($"{doing}: {Marshal.GetLastPInvokeErrorMessage()}");
        }
    }

    [LibraryImport("libc", EntryPoint = "mount", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Mount(string source, string target, string fileSystem, ulong flags, nint options);

    [LibraryImport("libc", EntryPoint = "setns", SetLastError = true)]
    private static partial int SetNamespace(SafeFileHandle handle, int kind);

    [LibraryImport("libc", EntryPoint = "socket", SetLastError = true)]
    private static partial int Socket(int family, int type, int protocol);

    [LibraryImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    private static partial int InterfaceControl(SafeFileHandle socket, nuint request, byte[] argument);
}
