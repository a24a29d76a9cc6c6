using System.Runtime.ExceptionServices;

namespace Portlight.TestKit;

/// <summary>A system call of netlink sockets that can be made to fail.</summary>
public enum SocketCall
{
    /// <summary>sendto: what was to be sent does not get to the kernel.</summary>
    Send,

    /// <summary>recvfrom: what the kernel has answered, it has done, and nobody reads it.</summary>
    Receive,

    /// <summary>recvfrom with MSG_DONTWAIT alone, by which answers to transactions are read; what is waited for (a listing) arrives.</summary>
    ReceiveQueued,
}

/// <summary>
/// Lets a system call of one thread fail from some moment on, in the kernel (seccomp, a filter that returns an error number): the code under test is as it is
/// everywhere. A filter cannot be taken away, so the thread is one of our own that ends afterwards; it is in the namespaces of its maker.
/// </summary>
public static class FailingCall
{
    private const uint DoNotWait = 0x40;
    private const uint NumberOffset = 0;
    private const uint FlagsOffset = SystemCallFilter.Arguments + (3 * 8);

    /// <summary>Runs <paramref name="action"/> on a thread of its own, which gets what makes the call fail from then on.</summary>
    public static void OnOwnThread(SocketCall call, int errno, Action<Action> action)
    {
        ExceptionDispatchInfo? failure = null;
        var thread = new Thread(() =>
        {
            try
            {
                action(() => FailFromNowOn(call, errno));
            }
            catch (Exception exception)
            {
                failure = ExceptionDispatchInfo.Capture(exception);
            }
        });
        thread.Start();
        thread.Join();
        failure?.Throw();
    }

    private static void FailFromNowOn(SocketCall call, int errno)
    {
        var number = call == SocketCall.Send ? (SystemCallFilter.IsArm ? 206u : 44u) : SystemCallFilter.IsArm ? 207u : 45u;
        var fail = SystemCallFilter.Fail | (uint)errno;
        ReadOnlySpan<SystemCallFilter.Instruction> program = call == SocketCall.ReceiveQueued
            ?
            [
                new(0x20, 0, 0, NumberOffset), // ld the call's number
                new(0x15, 0, 3, number), // jeq, else allow
                new(0x20, 0, 0, FlagsOffset),
                new(0x45, 0, 1, DoNotWait), // jset, else allow
                new(0x06, 0, 0, fail),
                new(0x06, 0, 0, SystemCallFilter.Allow),
            ]
            : [new(0x20, 0, 0, NumberOffset), new(0x15, 0, 1, number), new(0x06, 0, 0, fail), new(0x06, 0, 0, SystemCallFilter.Allow)];
        SystemCallFilter.Set(program, asks: false);
    }
}
