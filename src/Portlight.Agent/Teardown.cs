using Portlight.Agent.Lab;
using Portlight.AgentProtocol;
using Portlight.Domain;
using Portlight.Nftables;
using Portlight.Nftables.Netlink;

namespace Portlight.Agent;

/// <summary>What <c>portlight teardown</c> removed.</summary>
/// <param name="HadTable">There was a table <c>inet portlight</c>.</param>
/// <param name="LabInstances">How many lab namespaces there were.</param>
public sealed record Teardown(bool HadTable, int LabInstances)
{
    /// <summary>Removes everything that Portlight put into this machine's kernel, and only that. Links go first, as always.</summary>
    /// <exception cref="AgentException">Something refused to go.</exception>
    public static Teardown Run()
    {
        try
        {
            using var lab = new LabHost(Cidr.AnyIpv4);
            using var session = NftablesSession.Open();
            var instances = lab.Clear();
            return new Teardown(session.Teardown(), instances);
        }
        catch (Exception exception) when (exception is NetlinkException or RulesetRefusedException or LabException)
        {
            throw new AgentException(exception.Message, exception);
        }
    }
}
