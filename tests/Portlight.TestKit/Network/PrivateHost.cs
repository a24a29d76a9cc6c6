using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace Portlight.TestKit.Network;

/// <summary>
/// Runs a whole test program in a machine of its own, as far as the network goes: a new network namespace and a mount namespace with its own /run.
/// Code under test then works in "the host's" namespace with no switch for tests in it, and the real one is out of reach. As root by
/// <c>unshare</c>, otherwise through a user namespace (<c>unshare --map-root-user</c>). Where neither is possible the program fails and says so.
/// No process of the tests outlives them, however they end: what they leave is ended and named.
/// </summary>
public static partial class PrivateHost
{
    private const string Marker = "TESTKIT_PRIVATE_HOST";

    private const int Kill = 9;

    /// <summary>PR_SET_CHILD_SUBREAPER of linux/prctl.h.</summary>
    private const int SetChildSubreaper = 36;

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
        // Whose parent has ended becomes a child of this process.
        if (SetOption(SetChildSubreaper, 1, 0, 0, 0) != 0)
        {
            throw new InvalidOperationException($"cannot take in orphans: {Marshal.GetLastPInvokeErrorMessage()}");
        }

        using var child = Process.Start(start) ?? throw new InvalidOperationException("`unshare` did not start");
        child.WaitForExit();
        EndOrphans();
        return child.ExitCode;
    }

    private static void EndOrphans()
    {
        var named = new HashSet<int>();
        while (Children().FirstOrDefault(one => one.State != 'Z') is { Id: > 0 } left)
        {
            // One that has ended by itself since is as well.
            if (SendSignal(left.Id, Kill) == 0 && named.Add(left.Id))
            {
                Console.Error.WriteLine($"left by the tests and ended: {left.Name} ({left.Id})");
            }

            Thread.Yield();
        }
    }

    /// <summary>The children of this process, with their name and state: "1234 (name) S 1 …", where the last is the parent (proc_pid_stat(5)).</summary>
    private static IEnumerable<(int Id, string Name, char State)> Children()
    {
        foreach (var folder in Directory.EnumerateDirectories("/proc").Where(path => char.IsAsciiDigit(Path.GetFileName(path)[0])))
        {
            string stat;
            try
            {
                stat = File.ReadAllText(folder + "/stat");
            }
            catch (IOException)
            {
                continue; // it has ended
            }

            var (open, close) = (stat.IndexOf('(', StringComparison.Ordinal), stat.LastIndexOf(')'));
            var words = stat[(close + 2)..].Split(' ');
            if (words[1] == Environment.ProcessId.ToString(CultureInfo.InvariantCulture))
            {
                yield return (int.Parse(Path.GetFileName(folder), CultureInfo.InvariantCulture), stat[(open + 1)..close], words[0][0]);
            }
        }
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

    [LibraryImport("libc", EntryPoint = "prctl", SetLastError = true)]
    private static partial int SetOption(int option, nuint first, nuint second, nuint third, nuint fourth);

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int SendSignal(int process, int signal);

    [LibraryImport("libc", EntryPoint = "mount", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Mount(string source, string target, string fileSystem, ulong flags, nint options);
}
