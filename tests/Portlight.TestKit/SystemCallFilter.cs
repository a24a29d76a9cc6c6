using System.Runtime.InteropServices;

namespace Portlight.TestKit;

/// <summary>What the kernel does with system calls of a thread (seccomp(2)). It cannot be taken away from the thread, and those that the thread makes have it, too.</summary>
internal static partial class SystemCallFilter
{
    private const int NoNewPrivileges = 38;
    private const nint SetFilterMode = 1; // SECCOMP_SET_MODE_FILTER
    private const nint NewListener = 8; // SECCOMP_FILTER_FLAG_NEW_LISTENER

    internal const uint Allow = 0x7fff0000;
    internal const uint Fail = 0x00050000; // SECCOMP_RET_ERRNO, with the number of the error
    internal const uint Ask = 0x7fc00000; // SECCOMP_RET_USER_NOTIF

    /// <summary>Where struct seccomp_data has the arguments of a call, eight bytes each; their low words on the machines that we know.</summary>
    internal const uint Arguments = 16;

    internal static bool IsArm { get; } = RuntimeInformation.ProcessArchitecture == Architecture.Arm64;

    /// <summary>Sets it for the calling thread.</summary>
    /// <param name="program">Classic BPF.</param>
    /// <param name="asks">Whether it asks somebody, by the descriptor that is returned.</param>
    internal static unsafe int Set(ReadOnlySpan<Instruction> program, bool asks)
    {
        fixed (Instruction* start = program)
        {
            var filter = new Program { Length = (ushort)program.Length, Instructions = start };
            var result = Control(NoNewPrivileges, 1, 0, 0, 0) != 0 ? -1 : (int)SystemCall(IsArm ? 277 : 317, SetFilterMode, asks ? NewListener : 0, (nint)(&filter));
            return result >= 0 ? result : throw new InvalidOperationException($"no seccomp filter can be set: errno {Marshal.GetLastPInvokeError()}");
        }
    }

    [LibraryImport("libc", EntryPoint = "prctl", SetLastError = true)]
    private static partial int Control(int option, nint second, nint third, nint fourth, nint fifth);

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static partial nint SystemCall(nint number, nint first, nint second, nint third);

    [StructLayout(LayoutKind.Sequential)]
    internal readonly struct Instruction(ushort code, byte whenTrue, byte whenFalse, uint operand)
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
