using Portlight.Agent.Tests.Contract;
using Portlight.AgentProtocol;
using Portlight.AgentStream.Tests;

namespace Portlight.AgentHost.Tests;

/// <summary>An agent's process that has joined by a token and is connected over mutual TLS does what every agent does.</summary>
public sealed class ConnectedAgentContract : AgentContract, IAsyncLifetime
{
    private readonly ShiftedClock _clock = new();
    private readonly Installation _installation;
    private readonly Machine _machine;
    private IAgent? _agent;

    public ConnectedAgentContract() => (_installation, _machine) = (new Installation(_clock), new Machine(_clock));

    protected override IAgent Agent => _agent!;

    public async ValueTask InitializeAsync()
    {
        await _installation.StartAsync();
        await _machine.JoinAsync(_installation.Token("fra-07"));
        await _machine.StartAsync();
        (_, _agent) = await _installation.ConnectedAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _machine.DisposeAsync();
        await _installation.DisposeAsync();
    }

    protected override DesiredInstance Instance(long index) => Wanted.Lab(index, 0);
}
