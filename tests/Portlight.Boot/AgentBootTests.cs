using System.Text.RegularExpressions;
using Portlight.TestKit;
using Portlight.TestKit.Network;
using Portlight.TestKit.Serving;

namespace Portlight.Boot;

/// <summary>A real boot of a machine that has joined by <c>portlight agent join TOKEN --install</c>, and whose server is away.</summary>
public sealed class AgentBootTests
{
    private const ushort Open = 22;
    private const ushort Closed = 9999;
    private const string Data = "/var/lib/portlight-agent";

    [Fact]
    public void Nothing_is_answered_from_a_closed_port_of_a_host_from_the_first_moment_of_a_boot_without_a_server()
    {
        Watched.RequireRoot();
        using var image = Joined();

        var (open, closed, atLast) = Watched.Boot(image, Open, Closed);

        var seen = File.ReadAllText(image.In("/states"));
        Assert.True(seen.Contains("ActiveState=active\nSubState=exited\n\nActiveState=active\nSubState=running\n", StringComparison.Ordinal), seen + File.ReadAllText(image.In("/journal")));
        Assert.Contains("StatusText=enforcing 1 instance of fra", seen, StringComparison.Ordinal);
        Assert.True(open > 0, "the open port never answered");
        Assert.Equal((0, 0), (closed, atLast));
    }

    /// <summary>A membership that cannot be read is no reason to open anything.</summary>
    [Fact]
    public void Nor_where_the_machine_does_not_know_any_more_which_host_it_is()
    {
        Watched.RequireRoot();
        using var image = Joined();
        image.Write($"{Data}/agent.json", "{");

        var (open, closed, atLast) = Watched.Boot(image, Open, Closed);

        Assert.Contains("join again with a new token", File.ReadAllText(image.In("/states")), StringComparison.Ordinal);
        Assert.True(open > 0, "the open port never answered");
        Assert.Equal((0, 0), (closed, atLast));
    }

    /// <summary>That the tests above can fail: nothing restores the rules before the network. And the agent is ready when the kernel has what it remembers, not before.</summary>
    [Fact]
    public void Without_the_early_unit_the_closed_port_answers_until_the_agent_is_ready()
    {
        Watched.RequireRoot();
        using var image = Joined();
        image.EditUnit("portlight-agent.service", unit => unit
            .Replace("Wants=portlight-agent-restore.service\n", "", StringComparison.Ordinal)
            .Replace("After=portlight-agent-restore.service network.target", "After=network-online.target", StringComparison.Ordinal));
        image.RemoveUnit("sysinit.target.wants/portlight-agent-restore.service");

        var (open, closed, atLast) = Watched.Boot(image, Open, Closed);

        Assert.True(open > 0, "the open port never answered");
        Assert.True(closed > 0, "nothing leaked, so the other test would not see it either");
        Assert.Equal(closed, atLast);
        Assert.Contains("chain", File.ReadAllText(image.In("/rules")), StringComparison.Ordinal);
    }

    /// <summary>A machine that has joined and was attached with one port open; its server is no more.</summary>
    private static Image Joined()
    {
        var image = new Image("wan0", $"{Watched.Address}/24");
        using var node = NetworkNode.Host();
        var scratch = Directory.CreateTempSubdirectory("portlight-boot-server-");
        try
        {
            var command = ServeProcess.CommandOn(scratch.FullName, "record");
            string[] agents = ["--agents", "https://127.0.0.1:21851"];
            foreach (var word in agents)
            {
                command.ArgumentList.Add(word);
            }

            using var server = node.Do(() => ServeProcess.StartAsync(command, scratch.FullName).GetAwaiter().GetResult());
            var line = node.Run(PortlightProgram.Path, $"host token fra --data {scratch.FullName}").Trim();
            // In the image, as on any machine; its network is the server's for now.
            Assert.Contains("enabled portlight-agent-restore.service and portlight-agent.service", image.Run([Image.Program, "agent", "join", line.Split(' ')[^1], "--install"]), StringComparison.Ordinal);

            using var agent = node.Do(() => ReadyProcess.StartAsync(PortlightProgram.Command("agent", "--data", image.In(Data)), "portlight-agent ready").GetAwaiter().GetResult());
            // It is ready before it has found its server.
            Until.True(() => !node.Run(PortlightProgram.Path, $"host show fra --data {scratch.FullName}").Contains("away", StringComparison.Ordinal), "the agent's connection");
            node.Run(PortlightProgram.Path, $"attach fra-web --host fra --this-host --open {Open}/tcp --yes --data {scratch.FullName}");
            Until.True(() => Regex.IsMatch(node.Run("env", $"COLUMNS=200 {PortlightProgram.Path} status --data {scratch.FullName}"), "(?m)^  fra-web .* yes"), "the attachment");
            agent.Dispose();
            server.End(ServeProcess.KillSignal);
        }
        finally
        {
            scratch.Delete(recursive: true);
        }

        node.Nft("flush ruleset");
        Watched.Prepare(
            image,
            Open,
            Closed,
            "portlight-agent.service",
            """
            nft list ruleset >/rules
            systemctl show --property=ActiveState,SubState portlight-agent-restore.service portlight-agent.service >/states
            systemctl show --property=StatusText portlight-agent.service >>/states
            journalctl --boot >/journal
            """,
            "true");
        return image;
    }
}
