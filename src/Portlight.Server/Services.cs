using Portlight.AgentProtocol;
using Portlight.Domain;
using Portlight.Server.Access;
using Portlight.Server.Operations;
using Portlight.Server.Operations.Ports;
using Portlight.Server.Reconciliation;
using Portlight.Server.Setup;
using Portlight.Storage;

namespace Portlight.Server;

/// <summary>What operations are made of: one instance of each for a running server.</summary>
internal sealed record Services(ServeOptions Options, Scope Home, IStore Store, Reconciler Reconciler, Projection Projection, IAgent Agent, SetupWorker Setup, SecretBox Secrets, TimeProvider Clock)
{
    /// <summary>What users and roles may do.</summary>
    public required Principals Principals { get; init; }

    public SessionTokens Sessions { get; } = new(Secrets);

    public PortLimits Limits { get; } = Options.PortLimits;

    public SshGuard SshGuard { get; } = new(Options, Agent);

    public Confirmation Confirmation { get; } = new(Reconciler, Options.ConfirmTimeout);
}
