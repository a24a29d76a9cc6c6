using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;
using Portlight.Linux;

namespace Portlight.Cli.Demo;

/// <summary>The namespaces that the demo was started in: made fit to live in, and entered by sockets.</summary>
internal static class PrivateMachine
{
    private const int InterfaceRequestSize = 40, FlagsOffset = 16; // struct ifreq: a name of 16 bytes, then a union

    /// <summary>A /run of its own, where namespaces get their names, and a loopback interface that is up.</summary>
    public static void Furnish()
    {
        if (Environment.ProcessId != 1)
        {
            throw new FailedException("this is not the first process of namespaces of its own; say `portlight demo` and nothing more");
        }

        Check(Libc.Mount("tmpfs", "/run", "tmpfs", 0, 0), "mounting /run");
        using var socket = new SafeFileHandle(Libc.Socket(Libc.AF_INET, Libc.SOCK_DGRAM, 0), ownsHandle: true);
        var request = new byte[InterfaceRequestSize];
        Encoding.ASCII.GetBytes("lo", request);
        Check(Libc.InterfaceControl(socket, Libc.SIOCGIFFLAGS, request), "reading the loopback interface");
        var flags = BinaryPrimitives.ReadInt16LittleEndian(request.AsSpan(FlagsOffset));
        BinaryPrimitives.WriteInt16LittleEndian(request.AsSpan(FlagsOffset), (short)(flags | Libc.IFF_UP));
        Check(Libc.InterfaceControl(socket, Libc.SIOCSIFFLAGS, request), "setting the loopback interface up");
    }

    /// <summary>Does something on a thread that is in a named network namespace. Sockets made there stay there, whatever thread uses them later.</summary>
    public static Task<T> InsideAsync<T>(string namespaceName, Func<T> work)
    {
        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        var thread = new Thread(() =>
        {
            try
            {
                using var handle = File.OpenHandle($"/run/netns/{namespaceName}");
                Check(Libc.SetNamespace(handle, Libc.CLONE_NEWNET), $"entering {namespaceName}");
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
}
