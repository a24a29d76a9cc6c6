using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Portlight.TestKit.Network;

/// <summary>
/// Runs a whole test program in a machine of its own, as far as the network goes: a new network namespace and a mount namespace with its own /run.
/// Code under test then works in "the host's" namespace with no switch for tests in it, and the real one is out of reach. As root by
/// <c>unshare</c>, otherwise through a user namespace (<c>unshare --map-root-user</c>). Where neither is possible the program fails and says so.
/// </summary>
public static partial class PrivateHost
{
    private const string Marker = "TESTKIT_PRIVATE_HOST";

    /// <summary>For the entry point of a test program: <c>return PrivateHost.Run(args, () =&gt; tests)</c>.</summary>
    public static int Run(string[] args, Func<int> tests)
    {
        if (Environment.GetEnvironmentVariable(Marker) is { } outside)
        {
            Furnish(outside);
            return tests();
        }

        var start = new ProcessStartInfo("unshare") { UseShellExecute = false };
        if (!Environment.IsPrivilegedProcess || Environment.GetEnvironmentVariable("TESTKIT_USERNS") == "1")
        {
            start.ArgumentList.Add("--map-root-user");
        }

        start.ArgumentList.Add("--net");
        start.ArgumentList.Add("--mount");
        foreach (var word in Self().Concat(args))
        {
            start.ArgumentList.Add(word);
        }

        start.Environment[Marker] = NetworkNamespaceOfSelf();
        using var child = Process.Start(start) ?? throw new InvalidOperationException("`unshare` did not start");
        child.WaitForExit();
        return child.ExitCode;
    }

    private static IEnumerable<string> Self()
    {
        var program = Environment.ProcessPath ?? throw new InvalidOperationException("this process does not know its own program");
        return Path.GetFileNameWithoutExtension(program) == "dotnet" ? [program, Environment.GetCommandLineArgs()[0]] : [program];
    }

    private static string NetworkNamespaceOfSelf() => new FileInfo("/proc/self/ns/net").LinkTarget ?? throw new InvalidOperationException("/proc is not mounted");

    private static void Furnish(string outside)
    {
        if (NetworkNamespaceOfSelf() == outside)
        {
            throw new InvalidOperationException($"{Marker} is set, but this is the network namespace that tests must not touch");
        }

        if (Mount("tmpfs", "/run", "tmpfs", 0, 0) != 0)
        {
            throw new InvalidOperationException($"cannot mount a /run of our own: {Marshal.GetLastPInvokeErrorMessage()}");
        }

        // A router, as a machine with lab instances is one.
        Command.Ip("link set lo up");
        File.WriteAllText("/proc/sys/net/ipv4/ip_forward", "1");
        File.WriteAllText("/proc/sys/net/ipv6/conf/all/forwarding", "1");
        // No reverse path filter of its own, so that clients can send from any source.
        File.WriteAllText("/proc/sys/net/ipv4/conf/all/rp_filter", "0");
        File.WriteAllText("/proc/sys/net/ipv4/conf/default/rp_filter", "0");
        File.WriteAllText("/proc/sys/net/ipv6/conf/default/accept_dad", "0");
    }

    [LibraryImport("libc", EntryPoint = "mount", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Mount(string source, string target, string fileSystem, ulong flags, nint options);
}
