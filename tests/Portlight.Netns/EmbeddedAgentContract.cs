using Portlight.Agent.Tests.Contract;
using Portlight.AgentProtocol;

namespace Portlight.Netns;

/// <summary>The agent on a kernel.</summary>
public sealed class EmbeddedAgentContract : EnforcingAgentContract, IDisposable
{
    private readonly Scene _scene = new();

    protected override IAgent Agent => _scene.Agent;

    public void Dispose() => _scene.Dispose();

    protected override DesiredInstance Instance(long index) => Scene.Lab(index, Ports.Of("80/tcp"));

    /// <summary>A link of another has the name that the instance's would have.</summary>
    protected override IDisposable Obstruct(long index)
    {
        _scene.Host.Run("ip", $"link add pl{index} type bridge");
        return new Obstruction(() => _scene.Host.Run("ip", $"link del pl{index}"));
    }

    protected override void ChangeByAnother() => _scene.Host.Nft("delete table inet portlight");

    private sealed class Obstruction(Action remove) : IDisposable
    {
        public void Dispose() => remove();
    }
}
