using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Portlight.TestKit;
using Portlight.TestKit.Network;
using Portlight.TestKit.Serving;

namespace Portlight.Netns;

/// <summary>
/// The built program, started wrongly in every way while packets go to a port that is open and one that is closed: none is lost and none comes through.
/// </summary>
[Trait("machine", "alone")]
public sealed class OneServerTests : IDisposable
{
    private const string First = "http://127.0.0.1:21720";
    private const int OpenPort = 21721;
    private const int ClosedPort = 21722;

    private readonly TestNetwork _network = new();
    private readonly Served _served = new();
    private readonly Socket _open;
    private readonly Socket _closed;
    private readonly Socket _sender;

    public OneServerTests()
    {
        var client = _network.AddMachine("client", "client0", Scene.ClientIpv4);
        _open = _network.Host.Udp(new IPEndPoint(Own, OpenPort));
        _closed = _network.Host.Udp(new IPEndPoint(Own, ClosedPort));
        _sender = client.Udp(new IPEndPoint(TestNetwork.Address(Scene.ClientIpv4), 0));
    }

    private static IPAddress Own => TestNetwork.Address("10.255.1.1");

    public void Dispose()
    {
        _served.Dispose();
        _open.Dispose();
        _closed.Dispose();
        _sender.Dispose();
        _network.Dispose();
    }

    [Fact]
    public void A_second_server_and_starts_that_fail_change_nothing_of_the_first()
    {
        var first = Attach();
        var rules = Rules();
        UnderTraffic(() =>
        {
            Refuse("another portlight (process ", "serve", "--data", _served.Data("second"), "--listen", "http://127.0.0.1:0", "--enforce", "kernel");
            Refuse("another portlight (process ", "serve", "--data", _served.Data("second"), "--listen", "http://127.0.0.1:0", "--take-over");
            Refuse("another portlight (process ", "serve", "--data", _served.Data("first"), "--listen", "http://127.0.0.1:0");
            for (var i = 0; i < 6; i++)
            {
                Refuse("another program listens there", "serve", "--data", _served.Data("second"), "--listen", First);
            }

            Refuse("another portlight (process ", "teardown", "--yes", "--data", _served.Data("second"));
            Refuse("another portlight (process ", "teardown", "--yes", "--take-over", "--data", _served.Data("first"));
        });
        Assert.Equal(rules, Rules());
        Assert.False(Directory.Exists(_served.Data("second")));
        _served.End(first, ServeProcess.TerminateSignal);
    }

    [Fact]
    public void A_stop_says_that_the_rules_stay_and_they_do()
    {
        var server = Attach();
        var rules = Rules();
        UnderTraffic(() =>
        {
            var (code, error) = _served.End(server, ServeProcess.TerminateSignal);
            Assert.Equal(0, code);
            Assert.Contains("the rules stay in the kernel and go on filtering", error, StringComparison.Ordinal);
        });
        Assert.Equal(rules, Rules());
    }

    [Fact]
    public void A_start_with_another_directory_after_a_stop_is_refused_until_the_operator_says_take_over()
    {
        _served.End(Attach(), ServeProcess.TerminateSignal);
        var rules = Rules();
        UnderTraffic(() =>
        {
            Refuse("of installation ", "serve", "--data", _served.Data("empty"), "--listen", First, "--enforce", "kernel");
            Refuse("--take-over", "serve", "--data", _served.Data("empty"), "--listen", First);
            Refuse("of installation ", "teardown", "--yes", "--data", _served.Data("empty"));
            Refuse("give --yes", "teardown", "--data", _served.Data("first"));
        });
        Assert.Equal(rules, Rules());
        Assert.False(Directory.Exists(_served.Data("empty")));

        _served.End(_served.Start("empty", "--listen", First, "--take-over"), ServeProcess.TerminateSignal);
        _served.End(_served.Start("empty", "--listen", First), ServeProcess.TerminateSignal);
        Refuse("of installation ", "serve", "--data", _served.Data("first"), "--listen", First);
    }

    [Fact]
    public void After_a_teardown_a_boot_loads_nothing()
    {
        _served.End(Attach(), ServeProcess.TerminateSignal);
        Assert.Contains("removed the table inet portlight", PortlightProgram.Run("teardown", "--yes", "--data", _served.Data("first")).Output, StringComparison.Ordinal);

        Assert.Equal(0, PortlightProgram.Run("restore", "--data", _served.Data("first")).Code);

        Assert.DoesNotContain("portlight", _network.Host.Run("nft", "list tables"), StringComparison.Ordinal);
    }

    [Fact]
    public void Kill_and_restart_lose_nothing_and_change_no_element()
    {
        var server = Attach();
        UnderTraffic(() =>
        {
            for (var i = 0; i < 3; i++)
            {
                var rules = Rules();
                _served.End(server, ServeProcess.KillSignal);
                server = _served.Start("first", "--listen", First);
                Assert.Equal(rules, Rules());
            }
        });
    }

    [Theory]
    [InlineData("flush ruleset")]
    [InlineData("delete table inet portlight")]
    [InlineData("insert rule inet portlight host accept")]
    public void Others_open_nothing_while_the_server_runs(string change)
    {
        Attach();
        Assert.SkipUnless(Nftables.NftablesProbe.FindProtection() == Nftables.TableProtection.Owned, "this kernel cannot let a process own a table that outlives it (Linux 6.9)");
        UnderTraffic(() =>
        {
            for (var i = 0; i < 20; i++)
            {
                using var nft = Process.Start(new ProcessStartInfo("nft", ["-f", "-"]) { RedirectStandardInput = true, RedirectStandardError = true })!;
                nft.StandardInput.WriteLine(change);
                nft.StandardInput.Close();
                Assert.True(nft.WaitForExit(Deadline.Span));
            }
        });
        var (code, output, error) = PortlightProgram.Run("doctor", "--data", _served.Data("first"));
        Assert.True(output.Contains("the kernel lets nobody but a running server change them", StringComparison.Ordinal), $"{code} {output} {error}");
    }

    /// <summary>A server with this machine attached, one port open.</summary>
    private ServeProcess Attach()
    {
        var server = _served.Start("first", "--listen", First, "--log", "text");
        var (code, output, error) = PortlightProgram.Run("attach", "me", "--this-host", "--open", $"udp:{OpenPort}", "--yes", "--data", _served.Data("first"));
        Assert.True(code == 0, output + error);
        return server;
    }

    private void UnderTraffic(Action action)
    {
        using var traffic = new Traffic(_sender, _open, new IPEndPoint(Own, OpenPort), new IPEndPoint(Own, ClosedPort));
        traffic.AwaitPassed(10);
        action();
        traffic.AwaitPassed(10);
        var (sent, received) = traffic.Stop();
        Assert.Equal(sent, received);
        Assert.Equal(0, _closed.Available);
    }

    private static void Refuse(string because, params string[] words)
    {
        var (code, _, error) = PortlightProgram.Run(words);
        Assert.True(code is 1 or 2, $"`{string.Join(' ', words)}` ended with {code}: {error}");
        Assert.Contains(because, error, StringComparison.Ordinal);
        Assert.Single(error.Split('\n', StringSplitOptions.RemoveEmptyEntries), line => line.StartsWith("portlight: ", StringComparison.Ordinal));
        Assert.DoesNotContain("   at ", error, StringComparison.Ordinal);
    }

    private string Rules() => TableListing.AsWritten(_network.Host.Run("nft", "list table inet portlight"));
}
