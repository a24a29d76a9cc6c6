using Portlight.Api;
using Portlight.Domain;
using Portlight.Fleet;
using Portlight.Storage;

namespace Portlight.Lightsail;

/// <summary>What operations are made of: one instance of each for a running server.</summary>
internal sealed record Services(ServeOptions Options, Scope Home, IStore Store, HostRegistry Hosts, Projection Projection, SetupWorker Setup, SecretBox Secrets, TimeProvider Clock)
{
    /// <summary>What users and roles may do.</summary>
    public required Principals Principals { get; init; }

    /// <summary>What has changed lately, for those that watch.</summary>
    public required RecentChanges Recent { get; init; }

    public SessionTokens Sessions { get; } = new(Secrets);

    public PortLimits Limits { get; } = Options.PortLimits;

    public SshGuard SshGuard { get; } = new(Options, Hosts);

    public Confirmation Confirmation { get; } = new(Hosts, Options.ConfirmTimeout);
}
