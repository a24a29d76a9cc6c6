using System.Runtime.InteropServices;

namespace Portlight.TestKit;

/// <summary>
/// Lets tests that need root run without it: the test process replaces itself by the same under `unshare --user --map-root-user`, where it is root over
/// network namespaces of its own making. Call it from a module initialiser, before threads exist.
/// </summary>
public static partial class UserNamespace
{
    private const string Marker = "TESTKIT_USER_NAMESPACE";

    /// <summary>Whether the tests are root in a namespace only, where there is no second user.</summary>
    public static bool IsEntered => Environment.GetEnvironmentVariable(Marker) is not null;

    public static unsafe void EnterUnlessRoot()
    {
        if (EffectiveUser() == 0 || Environment.GetEnvironmentVariable(Marker) is not null)
        {
            return;
        }

        string[] command = ["unshare", "--user", "--map-root-user", "--", .. File.ReadAllText("/proc/self/cmdline").TrimEnd('\0').Split('\0')];
        // argv[0] may be relative to a directory that PATH does not name.
        command[4] = Environment.ProcessPath!;
        _ = SetEnvironment(Marker, "1", 1);
        nint[] arguments = [.. command.Select(Marshal.StringToCoTaskMemUTF8), 0];
        fixed (nint* start = arguments)
        {
            _ = Execute("unshare", start);
        }

        throw new InvalidOperationException($"cannot run `unshare`: errno {Marshal.GetLastPInvokeError()}; run the tests as root or install util-linux");
    }

    [LibraryImport("libc", EntryPoint = "geteuid")]
    private static partial uint EffectiveUser();

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetEnvironment(string name, string value, int overwrite);

    [LibraryImport("libc", EntryPoint = "execvp", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static unsafe partial int Execute(string file, nint* arguments);
}
