using Microsoft.Extensions.Time.Testing;
using Portlight.Agent.Tests.Contract;
using Portlight.AgentProtocol;
using Portlight.AgentStream.Agent;

namespace Portlight.AgentStream.Tests;

/// <summary>An agent at the end of a stream does what one in this process does.</summary>
public sealed class StreamedAgentContract : AgentContract, IAsyncLifetime
{
    private readonly FakeTimeProvider _clock = new() { AutoAdvanceAmount = TimeSpan.FromSeconds(1) };
    private KeptAgent? _kept;
    private Pair? _pair;

    protected override IAgent Agent => _pair!.Server;

    public async ValueTask InitializeAsync()
    {
        _kept = Pair.Keep(new TrialAgent(_clock), _clock);
        _pair = await Pair.ConnectAsync(_kept, _clock);
    }

    public async ValueTask DisposeAsync()
    {
        await _pair!.DisposeAsync();
        _kept!.Dispose();
    }

    protected override DesiredInstance Instance(long index) => Wanted.Lab(index, 0);
}
