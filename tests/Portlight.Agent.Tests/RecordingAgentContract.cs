using Microsoft.Extensions.Time.Testing;
using Portlight.Agent.Tests.Contract;
using Portlight.AgentProtocol;
using Portlight.Domain;

namespace Portlight.Agent.Tests;

public sealed class RecordingAgentContract : AgentContract
{
    protected override IAgent Agent { get; } = new RecordingAgent(new FakeTimeProvider { AutoAdvanceAmount = TimeSpan.FromSeconds(1) }, "no kernel here");

    protected override DesiredInstance Instance(long index) => new() { Index = index, Revision = 0, Attachment = new Attachment.Lab(), Ports = PortSet.Empty, IsRunning = true };
}
