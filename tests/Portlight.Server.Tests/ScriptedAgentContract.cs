using Portlight.Agent.Tests.Contract;
using Portlight.AgentProtocol;
using Portlight.Domain;

namespace Portlight.Server.Tests;

/// <summary>The agent of this suite keeps what the real ones keep; otherwise what is tested with it would say little.</summary>
public sealed class ScriptedAgentContract : EnforcingAgentContract
{
    private readonly ScriptedAgent _agent = new();

    protected override IAgent Agent => _agent;

    protected override DesiredInstance Instance(long index) => new() { Index = index, Revision = 0, Attachment = new Attachment.Lab(), Ports = PortSet.Empty, IsRunning = true };

    protected override IDisposable Obstruct(long index)
    {
        _agent.Refuse(instance => instance.Index == index ? "in the way" : null);
        return new Obstruction(() => _agent.Refuse(_ => null));
    }

    protected override void ChangeByAnother() => _agent.Drift();

    private sealed class Obstruction(Action remove) : IDisposable
    {
        public void Dispose() => remove();
    }
}
