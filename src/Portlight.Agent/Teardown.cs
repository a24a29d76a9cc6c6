using Portlight.Agent.Lab;
using Portlight.Agent.Links;
using Portlight.AgentProtocol;
using Portlight.Domain;
using Portlight.Nftables;
using Portlight.Nftables.Netlink;

namespace Portlight.Agent;

/// <summary>What Portlight has in a network namespace.</summary>
/// <param name="HasTable">There is a table <c>inet portlight</c>.</param>
/// <param name="LabInstances">How many lab namespaces there are.</param>
public sealed record KernelContents(bool HasTable, int LabInstances);

/// <summary>Takes out of the kernel what Portlight put there. Holds the lock of the network namespace from the look to the end.</summary>
public sealed class Teardown : IDisposable
{
    private readonly EnforcementLock _lock;
    private readonly bool _takesOver;
    private LabHost? _lab;
    private NftablesSession? _session;

    private Teardown(EnforcementLock held, bool takesOver)
    {
        _lock = held;
        _takesOver = takesOver;
    }

    /// <summary>What would be removed.</summary>
    public KernelContents Found { get; private set; } = new(false, 0);

    /// <summary>Looks, and changes nothing.</summary>
    /// <param name="installation">Whose; null when there is no installation to ask.</param>
    /// <param name="takesOver">What is of other installations too.</param>
    /// <param name="dataDirectory">What others are told meanwhile.</param>
    /// <exception cref="AgentException">An agent is at work, or there is something that belongs to another installation.</exception>
    public static Teardown Open(InstallationId? installation, bool takesOver, string dataDirectory)
    {
        var teardown = new Teardown(EnforcementLock.Take(dataDirectory), takesOver);
        try
        {
            teardown.Look(installation);
            return teardown;
        }
        catch (Exception exception)
        {
            teardown.Dispose();
            if (exception is NetlinkException or LabException)
            {
                throw new AgentException(exception.Message, exception);
            }

            throw;
        }
    }

    /// <summary>Removes everything that was found, and only that. Links go first, as always.</summary>
    /// <returns>What was removed.</returns>
    /// <exception cref="AgentException">Something refused to go.</exception>
    public KernelContents Run()
    {
        try
        {
            _lab!.Look();
            var own = _lab.Found.ToList();
            LinkRemoval.Require(_lab.Dismantle(own));
            var instances = own.Count + (_takesOver ? _lab.Foreign.Remove().Count : 0);
            return new KernelContents(_session!.Teardown(), instances);
        }
        catch (Exception exception) when (exception is NetlinkException or RulesetRefusedException or LabException)
        {
            throw new AgentException(exception.Message, exception);
        }
    }

    public void Dispose()
    {
        _session?.Dispose();
        _lab?.Dispose();
        _lock.Dispose();
    }

    private void Look(InstallationId? installation)
    {
        var own = installation.GetValueOrDefault();
        _lab = new LabHost(Cidr.AnyIpv4, own);
        _session = NftablesSession.Open(own, mayOwn: false);
        KernelClaim.Require(
            _session, _lab, installation, _takesOver, "name the data directory that it belongs to with --data, or say --take-over to remove it all the same");
        Found = new KernelContents(_session.Find() is not null, _lab.Count() + (_takesOver ? _lab.Foreign.Find().Count : 0));
    }
}
