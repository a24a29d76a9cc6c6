using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;

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
public static partial class FailingCall
{
    private const int NoNewPrivileges = 38;
    private const int SetSeccomp = 22;
    private const int FilterMode = 2;
    private const uint Allow = 0x7fff0000;
    private const uint Fail = 0x00050000;
    private const uint DoNotWait = 0x40;
    private const uint NumberOffset = 0;
    private const uint FlagsOffset = 16 + (3 * 8); // the fourth argument of struct seccomp_data, its low word on the machines that we know

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

    private static unsafe void FailFromNowOn(SocketCall call, int errno)
    {
        var isArm = RuntimeInformation.ProcessArchitecture == Architecture.Arm64;
        var number = call == SocketCall.Send ? (isArm ? 206u : 44u) : isArm ? 207u : 45u;
        Span<Instruction> program = call == SocketCall.ReceiveQueued
            ?
            [
                new(0x20, 0, 0, NumberOffset), // ld the call's number
                new(0x15, 0, 3, number), // jeq, else allow
                new(0x20, 0, 0, FlagsOffset),
                new(0x45, 0, 1, DoNotWait), // jset, else allow
                new(0x06, 0, 0, Fail | (uint)errno),
                new(0x06, 0, 0, Allow),
            ]
            : [new(0x20, 0, 0, NumberOffset), new(0x15, 0, 1, number), new(0x06, 0, 0, Fail | (uint)errno), new(0x06, 0, 0, Allow)];
        fixed (Instruction* start = program)
        {
            var filter = new Program { Length = (ushort)program.Length, Instructions = start };
            if (Control(NoNewPrivileges, 1, 0, 0, 0) != 0 || Control(SetSeccomp, FilterMode, (nint)(&filter), 0, 0) != 0)
            {
                throw new InvalidOperationException($"no seccomp filter can be set: errno {Marshal.GetLastPInvokeError()}");
            }
        }
    }

    [LibraryImport("libc", EntryPoint = "prctl", SetLastError = true)]
    private static partial int Control(int option, nint second, nint third, nint fourth, nint fifth);

    [StructLayout(LayoutKind.Sequential)]
    private readonly struct Instruction(ushort code, byte whenTrue, byte whenFalse, uint operand)
    {
        private readonly ushort _code = code;
        private readonly byte _whenTrue = whenTrue;
        private readonly byte _whenFalse = whenFalse;
        private readonly uint _operand = operand;
    }

    [StructLayout(LayoutKind.Sequential)]
    private unsafe struct Program
    {
        public ushort Length;
        public Instruction* Instructions;
    }
}
