using System.Collections.Immutable;
using Portlight.Agent.Devices;
using Portlight.Agent.Inspection;
using Portlight.Agent.Links;
using Portlight.Nftables;

namespace Portlight.Agent;

/// <summary>What this machine can enforce, and what is missing: for <c>--enforce auto</c> and <c>doctor</c>. Changes nothing.</summary>
/// <param name="CanEnforce">Ports can be enforced on interfaces and on the machine itself.</param>
/// <param name="CanMakeLab">Lab instances can be made: namespaces take CAP_SYS_ADMIN too.</param>
/// <param name="InUserNamespace">Not the machine's own root: its capabilities end at this namespace.</param>
/// <param name="Problems">What is missing and how to repair it, one sentence each.</param>
public sealed record HostCheck(bool CanEnforce, bool CanMakeLab, bool InUserNamespace, ImmutableArray<string> Problems)
{
    /// <summary>Why guests on bridges cannot be filtered one by one, and what to do; null when they can.</summary>
    public static string? BridgeProblem => BridgeSupport.Look(ConnectionPolicy.Cut).Missing;

    /// <summary>As <c>uname -r</c> tells it.</summary>
    public static string KernelRelease { get; } = File.ReadAllText("/proc/sys/kernel/osrelease").Trim();

    /// <summary>Looks at the network namespace of the calling thread.</summary>
    public static HostCheck Run()
    {
        var problems = new List<string>();
        problems.AddRange(NftablesProbe.FindWhatIsMissing());
        var canEnforce = problems.Count == 0;
        var canMakeLab = canEnforce && ProcessCapabilities.Has(ProcessCapabilities.NetAdmin) && ProcessCapabilities.Has(ProcessCapabilities.SysAdmin);
        if (canEnforce && !canMakeLab)
        {
            problems.Add("CAP_SYS_ADMIN is missing, so no lab instances can be made (CreateInstances will fail); attached interfaces and the machine itself work without it");
        }

        if (canMakeLab)
        {
            AddForwardingProblems(problems);
        }

        return new HostCheck(canEnforce, canMakeLab, IsUserNamespace(), [.. problems]);
    }

    /// <summary>
    /// Lab links forward what comes from instances; what comes from elsewhere is forwarded only where the machine is told to. That is the
    /// operator's decision about all interfaces, so it is named here and never made silently.
    /// </summary>
    private static void AddForwardingProblems(List<string> problems)
    {
        if (LinkSettings.Read("ipv4", "all", "forwarding") == "0")
        {
            problems.Add("net.ipv4.ip_forward is 0: other machines cannot reach lab instances by IPv4 (this machine and other instances can); `sysctl -w net.ipv4.ip_forward=1` lets them");
        }

        if (LinkSettings.Read("ipv6", "all", "forwarding") is "0")
        {
            problems.Add("net.ipv6.conf.all.forwarding is 0: other machines cannot reach lab instances by IPv6"
                + (LinkSettings.HasForceForwarding ? "" : ", nor can instances reach each other")
                + "; `sysctl -w net.ipv6.conf.all.forwarding=1` lets them (it also makes this machine ignore router advertisements where accept_ra is not 2)");
        }
    }

    // The machine's own user namespace maps every id to itself.
    private static bool IsUserNamespace()
    {
        var words = File.ReadAllText("/proc/self/uid_map").Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        return words is not ["0", "0", "4294967295"];
    }
}
