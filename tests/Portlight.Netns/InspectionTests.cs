using Portlight.Agent;
using Portlight.AgentProtocol;
using Portlight.Domain;

namespace Portlight.Netns;

/// <summary>What an operator is told before something is attached, and by <c>doctor</c>.</summary>
public sealed class InspectionTests
{
    [Fact]
    public void A_bridge_port_and_a_lab_link_are_refused_and_an_ordinary_link_is_not()
    {
        using var scene = new Scene();
        scene.Put(Scene.Lab(9, PortSet.Empty));
        scene.Host.Run("ip", "link add bridge0 type bridge");
        scene.Network.AddMachine("vm", "vm0");
        scene.Host.Run("ip", "link set vm0 master bridge0");
        try
        {
            Assert.Contains("port of a bridge", Inspect(scene, "vm0").Refusal, StringComparison.Ordinal);
            Assert.Contains("lab instance", Inspect(scene, "pl9").Refusal, StringComparison.Ordinal);
            Assert.Null(Inspect(scene, Scene.ClientLink).Refusal);
            Assert.Null(Inspect(scene, "bridge0").Refusal);
        }
        finally
        {
            scene.Host.Run("ip", "link del bridge0");
        }
    }

    [Fact]
    public void Forwarding_that_is_off_is_named_and_not_switched_on()
    {
        using var scene = new Scene();
        Assert.Empty(HostCheck.Run().Problems);
        File.WriteAllText("/proc/sys/net/ipv4/ip_forward", "0");
        try
        {
            scene.Put(Scene.Lab(9, PortSet.Empty));
            var check = HostCheck.Run();
            Assert.True(check.CanEnforce && check.CanMakeLab);
            Assert.Contains("net.ipv4.ip_forward", Assert.Single(check.Problems), StringComparison.Ordinal);
            Assert.Equal("0", File.ReadAllText("/proc/sys/net/ipv4/ip_forward").Trim());
        }
        finally
        {
            File.WriteAllText("/proc/sys/net/ipv4/ip_forward", "1");
        }
    }

    // The agent looks at once; there is nothing to wait for.
    private static AttachmentFacts Inspect(Scene scene, string name) =>
        scene.Agent.InspectAsync(new Attachment.Interface(name, [], []), CancellationToken.None).GetAwaiter().GetResult();
}
