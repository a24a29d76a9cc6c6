using Portlight.TestKit;
using Portlight.TestKit.Network;
using Portlight.TestKit.Serving;

namespace Portlight.Netns;

/// <summary>What machines know and their server does not: it was restored from an older backup, or a disk was copied to a second machine. By the commands that an operator types; and packets.</summary>
public sealed class RestoredServerTests : IDisposable
{
    private readonly FleetStage _stage = new(21870, "fra", "ams");

    private int First => _stage.First;

    private int Second => _stage.Second;

    public void Dispose() => _stage.Dispose();

    [Fact]
    public void A_server_that_is_restored_from_an_older_backup_is_followed_by_hosts_that_it_knows_and_opens_nothing_on_others()
    {
        var server = _stage.Start();
        Join("fra", First);
        var backup = _stage.Served.Data("backup");
        _stage.Run("backup", backup);

        // What came after it: a change, another instance of the same host that is gone with it, and another host.
        _stage.Run("ports", "fra-web", $"{Second}/udp", "--yes");
        Until.True(() => _stage.Passes("fra", Second, closed: First), "the change on fra");
        Join("ams", First);

        _stage.Served.End(server, ServeProcess.KillSignal);
        Directory.Delete(_stage.Served.Data("server"), recursive: true);
        _stage.Run("restore", backup);
        server = _stage.Start();
        Until.True(() => _stage.Passes("fra", First, closed: Second), "what the backup says on fra");
        _stage.Run("ports", "fra-web", $"{Second}/udp", "--yes");
        Until.True(() => _stage.Passes("fra", Second, closed: First), "a change after that on fra");

        // The server knows nothing of ams: it is let in no more, and its ports stay as they were, also over a boot.
        Assert.DoesNotContain("ams", _stage.Run("host", "list"), StringComparison.Ordinal);
        Assert.True(_stage.Opens("ams", First, closed: Second));
        _stage.EndAgent("ams");
        _stage.Node("ams").Nft("delete table inet portlight");
        Assert.Contains("1 instance of ams", _stage.StartAgent("ams").Ready, StringComparison.Ordinal);
        Assert.True(_stage.Opens("ams", First, closed: Second));

        // It joins again while its agent runs, and is attached anew.
        _stage.Join("ams");
        Until.True(() => !_stage.IsAway("ams"), "the way back of ams");
        _stage.Run("attach", "ams-web", "--host", "ams", "--this-host", "--open", $"udp:{Second}", "--yes");
        Until.True(() => _stage.Passes("ams", Second, closed: First), "the attachment on ams");
    }

    [Fact]
    public void A_token_is_for_one_machine_and_a_copied_disk_is_told_where_both_enforce_and_ended_by_a_new_token()
    {
        _stage.Start();
        var token = _stage.Run("host", "token", "fra").Trim().Split(' ')[^1];
        Assert.Equal("joined as fra\nnothing is attached: `portlight attach NAME --host HOST …` on the server does that\n", FleetStage.RunOn("fra", "agent", "join", token, "--data", _stage.Served.Data("fra")));

        // Pasted twice: on the same machine it is what it was; on another it is nobody's any more.
        Assert.Contains("joined as fra", FleetStage.RunOn("fra", "agent", "join", token, "--data", _stage.Served.Data("fra")), StringComparison.Ordinal);
        var (code, _, error) = FleetStage.TryOn("ams", "agent", "join", token, "--data", _stage.Served.Data("ams"));
        Assert.NotEqual(0, code);
        Assert.Contains("token", error, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(_stage.Served.Data("ams")));
        _stage.StartAgent("fra");
        Until.True(() => !_stage.IsAway("fra"), "the connection of fra");
        _stage.Run("attach", "fra-web", "--host", "fra", "--this-host", "--open", $"udp:{First}", "--yes");
        Until.True(() => _stage.Passes("fra", First, closed: Second), "the attachment on fra");
        Until.True(() => _stage.Keeps("fra", First), "the attachment on the disk of fra");

        var shown = FleetStage.RunOn("fra", "agent", "show", "--data", _stage.Served.Data("fra"));
        Assert.StartsWith("host fra of installation ", shown, StringComparison.Ordinal);
        Assert.EndsWith($"\nattached: 1\n  this machine: {First}/udp\n", shown, StringComparison.Ordinal);

        // The disk of fra on a second machine: each of the two is let in when it comes, and each filters by what the host is to have.
        Command.Run("cp", $"--archive {_stage.Served.Data("fra")} {_stage.Served.Data("copy")}");
        _stage.StartAgent("ams", "copy");
        Until.True(() => _stage.Passes("ams", First, closed: Second), "the same ports on the copy");
        _stage.Run("ports", "fra-web", $"{Second}/udp", "--yes");
        Until.True(() => _stage.Passes("fra", Second, closed: First) && _stage.Passes("ams", Second, closed: First), "the change on both");
        Until.True(() => _stage.Run("host", "show", "fra").Contains(Rivals, StringComparison.Ordinal), "a word about the two");
        foreach (var words in (string[][])[["host", "list"], ["status"], ["doctor"]])
        {
            var (told, output, _) = PortlightProgram.Run([.. words, "--data", _stage.Served.Data("server")]);
            Assert.True(told == 1 && output.Contains(Rivals, StringComparison.Ordinal), $"`{string.Join(' ', words)}` ended with {told}: {output}");
        }

        // A new token for the right one: the other is let in no more, and follows no change.
        _stage.Join("fra");
        Until.True(() => !_stage.IsAway("fra"), "the connection of fra by its new certificate");
        Assert.DoesNotContain(Rivals, _stage.Run("host", "show", "fra"), StringComparison.Ordinal);
        _stage.Run("ports", "fra-web", $"{First}/udp", "--yes");
        Until.True(() => _stage.Passes("fra", First, closed: Second), "the change on fra");
        Assert.True(_stage.Opens("ams", Second, closed: First), "the copy has followed a change");
    }

    private const string Rivals = "2 agents run with the key of fra";

    private void Join(string machine, int open)
    {
        _stage.Join(machine);
        _stage.StartAgent(machine);
        Until.True(() => !_stage.IsAway(machine), $"the connection of {machine}");
        _stage.Run("attach", $"{machine}-web", "--host", machine, "--this-host", "--open", $"udp:{open}", "--yes");
        Until.True(() => _stage.Passes(machine, open, closed: open == First ? Second : First), $"the attachment on {machine}");
        Until.True(() => _stage.Keeps(machine, open), $"the attachment on the disk of {machine}");
    }
}
