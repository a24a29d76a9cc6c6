using System.Diagnostics;

namespace Portlight.Bench;

/// <summary>The interfaces t0, t1, … that instances are attached to: one end of a veth pair each. What is attached to no device is closed, and its ports cost the kernel nothing.</summary>
internal static class Interfaces
{
    private static int _made;

    /// <summary>Makes those that are missing, in pairs.</summary>
    public static void Make(int count)
    {
        if (_made >= count)
        {
            return;
        }

        using var ip = Process.Start(new ProcessStartInfo("ip", "-batch -") { RedirectStandardInput = true })!;
        for (; _made < count; _made += 2)
        {
            ip.StandardInput.WriteLine($"link add t{_made} type veth peer name t{_made + 1}");
        }

        ip.StandardInput.Close();
        ip.WaitForExit();
        if (ip.ExitCode != 0)
        {
            throw new InvalidOperationException("`ip` made no interfaces");
        }
    }
}
