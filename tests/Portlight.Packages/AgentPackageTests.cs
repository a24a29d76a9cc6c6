using System.Formats.Tar;
using System.IO.Compression;

namespace Portlight.Packages;

/// <summary>The package of the agent alone, from its installation to its end, on a machine that is really booted, with a server on the machine beside it.</summary>
public sealed class AgentPackageTests(MadePackages made)
{
    private const string Earlier = "0.0.9";

    [Fact]
    public void A_host_has_it_installed_joins_is_upgraded_boots_without_its_server_and_purges_it()
    {
        using var machine = new Machine();
        var current = Path.Combine(made.Folder, $"portlight-agent_{MadePackages.Version}_amd64.deb");
        Machine.Run(Path.Combine(MadePackages.Root, "eng/package"), "--no-publish", "--debian", "--version", Earlier, machine.In("/packages"));
        File.Copy(current, machine.In("/packages/new.deb"));
        TakeServer(machine.In("/packages/server"));

        machine.Inside("dpkg", "--install", $"/packages/portlight-agent_{Earlier}_amd64.deb");
        Assert.Equal("enabled\nenabled\n", machine.Inside("systemctl", "is-enabled", "portlight-agent-restore.service", "portlight-agent.service").ReplaceLineEndings("\n"));
        var first = machine.Boot("agent");

        var because = $"{string.Join('\n', first)}\n{File.ReadAllText(machine.In("/errors"))}";
        (string Name, string Value)[] seen =
        [
            ("units", "active active"), ("version", MadePackages.Version), ("user", "portlight-agent"), ("restore.exposed", "at most 2"), ("agent.exposed", "at most 2"), ("verified", "0"),
            ("manual", "/usr/share/man/man1/portlight-agent.1.gz"), ("keeps", "1"), ("waits", "this machine has not joined an installation "), ("restarts", "0"), ("joined", "joined as fra"),
            ("before", "open open"), ("attached", "open closed"), ("owners", "0"), ("during", "closed"), ("upgraded", MadePackages.Version), ("restarted", "yes"), ("after", "open closed"), ("changed", "open closed"),
        ];
        Assert.All(seen, one => Assert.True(first.GetValueOrDefault(one.Name) == one.Value, $"{one.Name} is {first.GetValueOrDefault(one.Name)}, not {one.Value}\n{because}"));
        Assert.Contains("restore-rules", first["completion"], StringComparison.Ordinal);

        var second = machine.Boot("agent-away");

        Assert.Equal(
            ("active active", "open closed", "enforcing 1 instance of fra", "open closed", "open closed", ""),
            (second["units"], second["booted"], second["enforces"], second["back"], second["purged"], second["left"]));
    }

    /// <summary>The two packages are for machines of two kinds, and one process enforces on a machine.</summary>
    [Fact]
    public void The_package_of_the_server_and_that_of_the_agent_are_not_on_one_machine()
    {
        var said = Machine.Run("dpkg-deb", "--field", Path.Combine(made.Folder, $"portlight-agent_{MadePackages.Version}_amd64.deb"), "Conflicts");
        Assert.Equal("portlight", said.Trim());
    }

    private void TakeServer(string path)
    {
        var name = $"portlight-{MadePackages.Version}-linux-amd64";
        using var gzip = new GZipStream(File.OpenRead(Path.Combine(made.Folder, name + ".tar.gz")), CompressionMode.Decompress);
        using var tar = new TarReader(gzip);
        while (tar.GetNextEntry() is { } entry)
        {
            if (entry.Name == $"{name}/bin/portlight")
            {
                entry.ExtractToFile(path, overwrite: false);
                return;
            }
        }

        Assert.Fail("there is no program in the archive");
    }
}
