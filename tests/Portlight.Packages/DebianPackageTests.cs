namespace Portlight.Packages;

/// <summary>The Debian package, from its installation to its end, on a machine that is really booted.</summary>
public sealed class DebianPackageTests(MadePackages made)
{
    private const string Earlier = "0.0.9";

    [Fact]
    public void A_machine_has_it_installed_uses_it_upgrades_it_and_purges_it()
    {
        var current = Path.Combine(made.Folder, $"portlight_{MadePackages.Version}_amd64.deb");
        using var machine = new Machine();
        Machine.Run(Path.Combine(MadePackages.Root, "eng/package"), "--no-publish", "--debian", "--version", Earlier, machine.In("/packages"));
        File.Copy(current, machine.In("/packages/new.deb"));

        machine.Inside("dpkg", "--install", $"/packages/portlight_{Earlier}_amd64.deb");
        Assert.Equal("enabled\nenabled\n", machine.Inside("systemctl", "is-enabled", "portlight-restore.service", "portlight.service").ReplaceLineEndings("\n"));
        var first = machine.Boot("first");

        var because = $"{string.Join('\n', first)}\n{File.ReadAllText(machine.In("/errors"))}\n{File.ReadAllText(machine.In("/doctor"))}";
        (string Name, string Value)[] seen =
        [
            ("units", "active active"), ("version", MadePackages.Version), ("user", "portlight"), ("restore.exposed", "at most 2"), ("server.exposed", "at most 2"), ("verified", "0"),
            ("manual", "/usr/share/man/man1/portlight-open.1.gz"), ("completion", "complete -o default -F _portlight portlight"), ("settings", "right"),
            ("before", "open open"), ("attached", "open closed"), ("opened", "open open"), ("closed", "open closed"), ("backup", "done"), ("owners", "0"),
            ("during", "closed"), ("upgraded", MadePackages.Version), ("restarted", "yes"), ("kept", "# mine"), ("after", "open closed"),
        ];
        Assert.All(seen, one => Assert.True(first.GetValueOrDefault(one.Name) == one.Value, $"{one.Name} is {first.GetValueOrDefault(one.Name)}, not {one.Value}\n{because}"));

        var second = machine.Boot("second");

        // The rules outlive the program until the next boot; of the program nothing is left but its user.
        Assert.Equal(("active active", "open closed", "open closed", ""), (second["units"], second["booted"], second["purged"], second["left"]));
        Assert.Contains("portlight:", File.ReadAllText(machine.In("/etc/passwd")), StringComparison.Ordinal);
    }
}
