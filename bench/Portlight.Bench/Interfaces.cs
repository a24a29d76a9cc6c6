using System.Diagnostics;

namespace Portlight.Bench;

/// <summary>The interfaces t0, t1, … that instances are attached to: one end of a veth pair each. What is attached to no device is closed, and its ports cost the kernel nothing.</summary>
internal static class Interfaces
{
    private static int made;

    /// <summary>Makes those that are missing, in pairs.</summary>
    public static void Make(int count)
    {
        if (made >= count)
        {
            return;
        }

        using var ip = Process.Start(new ProcessStartInfo("ip", "-batch -") { RedirectStandardInput = true })!;
        for (; made < count; made += 2)
        {
            ip.StandardInput.WriteLine($"link add t{made} type veth peer name t{made + 1}");
        }

        ip.StandardInput.Close();
        ip.WaitForExit();
        if (ip.ExitCode != 0)
        {
            throw new InvalidOperationException("`ip` made no interfaces");
        }
    }
}
