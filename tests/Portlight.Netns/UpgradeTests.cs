using System.Net;
using System.Text.RegularExpressions;
using Portlight.Netns.Storm;
using Portlight.TestKit.Network;
using Portlight.TestKit.Serving;

namespace Portlight.Netns;

/// <summary>
/// The first start over a table of an earlier layout, while packets go to an open and a closed port of this machine and of what is attached: none comes through
/// that should not, and none is lost but in the moment of the one commit. (Over a table of this layout with other options: <see cref="ProbeStormTests"/>.)
/// </summary>
[Trait("machine", "alone")]
public sealed partial class UpgradeTests : IDisposable
{
    private const string Name = "upgraded";
    private const string Vm = "203.0.113.50";
    private const int Open = 21741;
    private const int Closed = 21742;

    private readonly TestNetwork _network = new();
    private readonly Served _served = new();

    public void Dispose()
    {
        _served.Dispose();
        _network.Dispose();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_table_of_an_earlier_layout_is_replaced_in_one_commit(bool saysWhoseItIs)
    {
        var client = _network.AddMachine("client", "client0", Scene.ClientIpv4);
        var vm = _network.AddMachine("vm", "vm0", Vm);
        var server = _served.Start(Name);
        _served.Run(Name, "attach", "me", "--this-host", "--open", $"udp:{Open}", "--yes");
        _served.Run(Name, "attach", "vm", "--interface", "vm0", "--open", $"udp:{Open}", "--yes");
        _served.End(server, ServeProcess.TerminateSignal);
        var comment = Comment().Match(_network.Host.Run("nft", "list table inet portlight")).Groups["comment"].Value;
        Assert.NotEqual("", comment);
        _network.Host.Nft("delete table inet portlight\n" + EarlierTable.With("vm0", Open, saysWhoseItIs ? comment : null));

        using var toHost = Send(client, _network.Host, "10.255.1.1");
        using var toVm = Send(client, vm, Vm);
        if (!saysWhoseItIs)
        {
            var refused = PortlightProgram.Run("serve", "--data", _served.Data(Name), "--listen", "http://127.0.0.1:0", "--enforce", "kernel");
            Assert.Equal(1, refused.Code);
            Assert.Contains("does not say whose it is", refused.Error, StringComparison.Ordinal);
        }

        _served.Start(Name, saysWhoseItIs ? [] : ["--take-over"]);
        var before = toHost.Sent;
        Assert.True(SpinWait.SpinUntil(() => toHost.Sent > before + 100, Deadline.Span), "no more packets were sent");

        // The host's sets are of the kind that the kernel switches last in a commit: what arrives meanwhile is dropped, in one gap.
        var (_, lost, leaked) = toHost.Stop();
        Assert.Equal((0, lost.Count), (leaked, lost.Count == 0 ? 0 : lost[^1] - lost[0] + 1));
        var (sent, lostByVm, leakedToVm) = toVm.Stop();
        Assert.True(lostByVm.Count == 0 && leakedToVm == 0, $"of {sent} packets to each port of what is attached {lostByVm.Count} were lost and {leakedToVm} leaked");
        Assert.Contains("chain postrouting", _network.Host.Run("nft", "list table inet portlight"), StringComparison.Ordinal);
    }

    private static Probes Send(NetworkNode client, NetworkNode to, string address)
    {
        var own = TestNetwork.Address(address);
        return new Probes(
            client.Udp(new IPEndPoint(TestNetwork.Address(Scene.ClientIpv4), 0)), to.Udp(new IPEndPoint(own, Open)), to.Udp(new IPEndPoint(own, Closed)));
    }

    [GeneratedRegex("comment \"(?<comment>portlight installation [0-9a-f]+)\"")]
    private static partial Regex Comment();
}
