using Portlight.Api;
using Portlight.Domain;
using Portlight.Fleet;
using Portlight.Wire;

namespace Portlight.Lightsail;

/// <summary>
/// On which host lab instances are made: on the one that the tag <c>portlight:host</c> names; else on one of the zone that is there and makes them, the one with the
/// fewest instances first; else on the server's own machine, which serves every zone that nobody else does.
/// </summary>
internal sealed class LabPlaces
{
    /// <summary>The tag by which a request says where, because the service's shapes have no word for it.</summary>
    public const string HostTag = "portlight:host";

    private readonly PriorityQueue<HostLoop, (int Instances, string Host)> _hosts = new();

    /// <param name="call">The request.</param>
    /// <param name="wanted">What it asks for.</param>
    /// <param name="hosts">The hosts.</param>
    /// <exception cref="InvalidInputException">The host that it names cannot take them, or there is none that can.</exception>
    public LabPlaces(Call call, NewInstances wanted, HostRegistry hosts)
    {
        IReadOnlyList<HostLoop> fit = wanted.HostName is { } named
            ? [RequireFit(named, hosts)]
            : [.. hosts.All.Where(host => host.Stored is { State: HostState.Active } stored && stored.Zone == wanted.Zone && IsReady(host))];
        if (fit.Count == 0)
        {
            fit = hosts.Local.Stored?.State == HostState.Draining
                ? throw new InvalidInputException($"no host of the zone {wanted.Zone} takes lab instances at present, and {HostName.Local} is draining")
                : [hosts.Local];
        }

        foreach (var host in fit)
        {
            _hosts.Enqueue(host, (host.InstanceCount, host.Host));
        }
    }

    /// <summary>Where the next one goes.</summary>
    public Attachment Next()
    {
        _hosts.TryDequeue(out var host, out var load);
        _hosts.Enqueue(host!, load with { Instances = load.Instances + 1 });
        return host!.Host != HostName.Local ? new Attachment.Lab { Host = host.Host }
            : host.Status is { Enforces: true } ? new Attachment.Lab()
            : new Attachment.Recorded();
    }

    /// <summary>Whether a host may be named by the caller at all; the permission on the host is asked besides.</summary>
    public static void RequireMayName(Call call, NewInstances wanted)
    {
        if (wanted.HostName is not null && !call.Principal.OwnsInstallation)
        {
            throw new InvalidInputException($"the tag {HostTag} is for the account that owns this installation");
        }
    }

    private static HostLoop RequireFit(string name, HostRegistry hosts) => hosts.Find(name) switch
    {
        null => throw new NotFoundException($"The Host does not exist: {name}"),
        { Stored.State: not HostState.Active } host => throw new InvalidInputException($"the host {name} is {host.Stored!.State.ToString().ToLowerInvariant()}: no new instance gets there"),
        { Away: { } away } => throw new InvalidInputException(away),
        { Host: not HostName.Local } host when !IsReady(host) => throw new InvalidInputException($"the host {name} makes no lab instances"),
        var host => host,
    };

    private static bool IsReady(HostLoop host) => host.AwaySince is null && host.Status is { Enforces: true, MakesLab: true };
}
