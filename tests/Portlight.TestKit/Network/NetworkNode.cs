using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Portlight.TestKit.Network;

/// <summary>
/// A network namespace to do things in: a thread of its own lives there. A socket belongs to the namespace it was made in, whoever uses it afterwards, so
/// tests make sockets here and use them from anywhere. Every node's thread is bound to one and the same processor: what one sends after the other
/// arrives in that order, because the veth devices between queue by processor.
/// </summary>
public sealed partial class NetworkNode : IDisposable
{
    private readonly BlockingCollection<Action> _work = [];
    private readonly Thread _thread;

    private NetworkNode(string name, SafeFileHandle? handle)
    {
        Name = name;
        _thread = new Thread(Live) { IsBackground = true, Name = name };
        _thread.Start();
        Do(() => Enter(handle));
    }

    /// <summary>As <c>ip netns</c> knows it; empty for the private host itself.</summary>
    public string Name { get; }

    /// <summary>The private host that the test program is in.</summary>
    public static NetworkNode Host() => new("", null);

    /// <summary>A namespace that exists in /run/netns.</summary>
    public static NetworkNode Named(string name) => new(name, File.OpenHandle($"/run/netns/{name}"));

    /// <summary>A namespace that a process has made whose /run/netns is its own, as <c>ip netns exec</c> leaves it.</summary>
    public static NetworkNode MadeBy(int process, string name) => new(name, File.OpenHandle($"/proc/{process}/root/run/netns/{name}"));

    /// <summary>Does something in the namespace, on its thread, and waits for it.</summary>
    public T Do<T>(Func<T> function)
    {
        T? result = default;
        ExceptionDispatchInfo? failure = null;
        using var done = new ManualResetEventSlim();
        _work.Add(() =>
        {
            try
            {
                result = function();
            }
            catch (Exception exception)
            {
                failure = ExceptionDispatchInfo.Capture(exception);
            }

            done.Set();
        });
        done.Wait();
        failure?.Throw();
        return result!;
    }

    public void Do(Action action) => Do(() =>
    {
        action();
        return 0;
    });

    /// <summary>Runs a program there.</summary>
    public string Run(string program, string arguments, string? input = null) => Do(() => Command.Run(program, arguments, input));

    /// <summary>Runs <c>nft -f -</c> there.</summary>
    public void Nft(string rules) => Run("nft", "-f -", rules);

    public Socket Udp(IPEndPoint local) => Do(() =>
    {
        var socket = new Socket(local.AddressFamily, SocketType.Dgram, ProtocolType.Udp) { ReceiveTimeout = Deadline.Milliseconds };
        socket.Bind(local);
        return socket;
    });

    public Socket Listen(IPEndPoint local) => Do(() =>
    {
        var socket = new Socket(local.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { ReceiveTimeout = Deadline.Milliseconds };
        socket.Bind(local);
        socket.Listen();
        return socket;
    });

    /// <summary>Opens a TCP connection; a refusal or silence until the deadline is an exception.</summary>
    public Socket Connect(IPEndPoint remote, IPAddress? from = null)
    {
        var socket = Do(() =>
        {
            var made = new Socket(remote.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { ReceiveTimeout = Deadline.Milliseconds, NoDelay = true };
            if (from is not null)
            {
                made.Bind(new IPEndPoint(from, 0));
            }

            return made;
        });
        socket.ConnectAsync(remote).WaitAsync(Deadline.Span).GetAwaiter().GetResult();
        return socket;
    }

    public void Dispose()
    {
        _work.CompleteAdding();
        _thread.Join();
        _work.Dispose();
    }

    private void Enter(SafeFileHandle? handle)
    {
        using (handle)
        {
            if (handle is not null && SetNamespace(handle, 0x40000000) != 0)
            {
                throw new InvalidOperationException($"cannot enter the namespace `{Name}`: {Marshal.GetLastPInvokeErrorMessage()}");
            }
        }
    }

    private void Live()
    {
        UseOneProcessor();
        foreach (var action in _work.GetConsumingEnumerable())
        {
            action();
        }
    }

    private static void UseOneProcessor()
    {
        Span<ulong> allowed = stackalloc ulong[128];
        if (GetAffinity(0, allowed.Length * sizeof(ulong), ref allowed[0]) != 0)
        {
            throw new InvalidOperationException("cannot read this thread's processors");
        }

        var word = allowed.IndexOfAnyExcept(0ul);
        var bit = allowed[word] & (ulong)-(long)allowed[word];
        allowed.Clear();
        allowed[word] = bit;
        if (SetAffinity(0, allowed.Length * sizeof(ulong), ref allowed[0]) != 0)
        {
            throw new InvalidOperationException("cannot bind this thread to a processor");
        }
    }

    [LibraryImport("libc", EntryPoint = "setns", SetLastError = true)]
    private static partial int SetNamespace(SafeFileHandle handle, int kind);

    [LibraryImport("libc", EntryPoint = "sched_getaffinity", SetLastError = true)]
    private static partial int GetAffinity(int thread, nint size, ref ulong mask);

    [LibraryImport("libc", EntryPoint = "sched_setaffinity", SetLastError = true)]
    private static partial int SetAffinity(int thread, nint size, ref ulong mask);
}
