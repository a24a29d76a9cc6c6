using System.Runtime.InteropServices;

namespace Portlight.TestKit;

/// <summary>
/// Lets a thread's subscriptions to netlink groups fail until they are allowed again: the kernel asks a thread of ours about each (seccomp_unotify(2), Linux 5.5),
/// and the code under test is as it is everywhere. Dispose it when the thread that it was made on has ended.
/// </summary>
public sealed partial class RefusedSubscription : IDisposable
{
    private const nuint Receive = 0xc0502100; // SECCOMP_IOCTL_NOTIF_RECV
    private const nuint Send = 0xc0182101; // SECCOMP_IOCTL_NOTIF_SEND
    private const uint GoOn = 1; // SECCOMP_USER_NOTIF_FLAG_CONTINUE
    private const uint NetlinkLevel = 270;
    private const uint AddMembership = 1;
    private const short Readable = 1;
    private const int Turn = 50; // milliseconds

    private readonly int _descriptor;
    private readonly int _errno;
    private readonly Thread _answering;
    private volatile bool _isAllowed;
    private volatile bool _isEnding;
    private int _count;

    private RefusedSubscription(int descriptor, int errno)
    {
        _descriptor = descriptor;
        _errno = errno;
        // Made by this thread, the new one has the filter too, and does nothing that it is about.
        _answering = new Thread(Answer) { IsBackground = true, Name = "refused subscriptions" };
        _answering.Start();
    }

    /// <summary>How many were refused.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>Refuses those of the calling thread from now on.</summary>
    public static RefusedSubscription OnThisThread(int errno)
    {
        ReadOnlySpan<SystemCallFilter.Instruction> program =
        [
            new(0x20, 0, 0, 0), // ld the call's number
            new(0x15, 0, 5, SystemCallFilter.IsArm ? 208u : 54u), // jeq setsockopt, else allow
            new(0x20, 0, 0, SystemCallFilter.Arguments + 8), // ld the level
            new(0x15, 0, 3, NetlinkLevel),
            new(0x20, 0, 0, SystemCallFilter.Arguments + 16), // ld the option
            new(0x15, 0, 1, AddMembership),
            new(0x06, 0, 0, SystemCallFilter.Ask),
            new(0x06, 0, 0, SystemCallFilter.Allow),
        ];
        return new RefusedSubscription(SystemCallFilter.Set(program, asks: true), errno);
    }

    /// <summary>Lets them through from now on.</summary>
    public void AllowFromNowOn() => _isAllowed = true;

    public void Dispose()
    {
        _isEnding = true;
        _answering.Join();
        _ = Close(_descriptor);
    }

    private unsafe void Answer()
    {
        var asked = stackalloc ulong[10]; // struct seccomp_notif, which the kernel wants zeroed
        while (!_isEnding)
        {
            var poll = new PollDescriptor { Descriptor = _descriptor, Events = Readable };
            if (Poll(&poll, 1, Turn) <= 0 || (poll.Returned & Readable) == 0)
            {
                continue;
            }

            new Span<ulong>(asked, 10).Clear();
            if (Control(_descriptor, Receive, asked) != 0)
            {
                continue;
            }

            var goesOn = _isAllowed;
            var answer = new Response { Id = asked[0], Error = goesOn ? 0 : -_errno, Flags = goesOn ? GoOn : 0 };
            _ = Control(_descriptor, Send, &answer);
            if (!goesOn)
            {
                Interlocked.Increment(ref _count);
            }
        }
    }

    [LibraryImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    private static unsafe partial int Control(int descriptor, nuint request, void* argument);

    [LibraryImport("libc", EntryPoint = "poll", SetLastError = true)]
    private static unsafe partial int Poll(PollDescriptor* descriptors, nuint count, int timeout);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int descriptor);

    [StructLayout(LayoutKind.Sequential)]
    private struct PollDescriptor
    {
        public int Descriptor;
        public short Events;
        public short Returned;
    }

    /// <summary>struct seccomp_notif_resp.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Response
    {
        public ulong Id;
        public long Value;
        public int Error;
        public uint Flags;
    }
}
