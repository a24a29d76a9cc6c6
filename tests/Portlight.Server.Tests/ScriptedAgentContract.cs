using Portlight.Agent.Tests.Contract;
using Portlight.AgentProtocol;
using Portlight.Domain;

namespace Portlight.Server.Tests;

/// <summary>The agent of this suite keeps what the real ones keep; otherwise what is tested with it would say little.</summary>
public sealed class ScriptedAgentContract : EnforcingAgentContract
{
    private readonly ScriptedAgent agent = new();

    protected override IAgent Agent => agent;

    protected override DesiredInstance Instance(long index) => new() { Index = index, Revision = 0, Attachment = new Attachment.Lab(), Ports = PortSet.Empty, IsRunning = true };

    protected override IDisposable Obstruct(long index)
    {
        agent.Refuse(instance => instance.Index == index ? "in the way" : null);
        return new Obstruction(() => agent.Refuse(_ => null));
    }

    protected override void ChangeByAnother() => agent.Drift();

    private sealed class Obstruction(Action remove) : IDisposable
    {
        public void Dispose() => remove();
    }
}
