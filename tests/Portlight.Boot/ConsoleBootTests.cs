using Portlight.TestKit.Network;

namespace Portlight.Boot;

/// <summary>
/// The unit that the package of the console has, as it is, on a machine that boots: with the program as it is published, in place of the native one that takes minutes to make. What is not the package's is where
/// the program lies, and that it needs the machine's .NET.
/// </summary>
public sealed class ConsoleBootTests : IDisposable
{
    private const string Unit = "portlight-console.service";
    private const string Namespace = "machine";

    /// <summary>What looks around inside: asks the console, kills it, and asks it again.</summary>
    private const string Look = """
        get() ( exec 3<>/dev/tcp/127.0.0.1/8590 && printf 'GET %s HTTP/1.0\r\nHost: 127.0.0.1:8590\r\n\r\n' "$1" >&3 && cat <&3 ) 2>/dev/null
        answers() { for _ in $(seq 600); do get /healthz | grep -q '^ok' && return; sleep 0.1; done; }
        pid() { systemctl show --property=MainPID --value portlight-console; }
        answers
        get /sign-in >/page
        get "/$(sed -n 's/.*rel="stylesheet" href="\([^"]*\)".*/\1/p' /page | head -n 1)" >/sheet
        systemctl show --property=ActiveState,User portlight-console >/states
        first=$(pid)
        grep -E '^(Uid|CapEff|NoNewPrivs|Seccomp):' "/proc/$first/status" >/confined
        stat --format='%U %a' /var/lib/portlight-console /var/lib/portlight-console/keys >/kept
        systemctl kill --signal=KILL portlight-console
        for _ in $(seq 600); do [ "$(pid)" != "$first" ] && [ "$(pid)" != 0 ] && break; sleep 0.1; done
        answers
        get /healthz >/again
        journalctl --boot --unit=portlight-console >/journal
        : >/up
        until [ -e /seen ]; do sleep 0.02; done
        """;

    private readonly DirectoryInfo _published = Directory.CreateTempSubdirectory("portlight-boot-console-");

    public void Dispose() => _published.Delete(recursive: true);

    [Fact]
    public void The_packaged_unit_starts_the_console_at_a_boot_confined_as_its_own_user_and_again_when_it_is_lost()
    {
        Watched.RequireRoot();
        Command.Run("dotnet", $"publish {Path.Combine(Root, "src/Portlight.Console")} --configuration Release --no-build --no-restore --nologo -nodeReuse:false --output {_published.FullName}");
        // For the unit's own user to read; a temporary folder is not.
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(_published.FullName, (UnixFileMode)0b111_101_101);
        }

        using var image = new Image("wan0", $"{Watched.Address}/24");
        image.Bind(_published.FullName, "/opt/portlight-console");
        image.WriteUnit(Unit, File.ReadAllText(Path.Combine(Root, "eng/packaging", Unit)).Replace("/usr/bin/portlight-console", "/opt/portlight-console/portlight-console", StringComparison.Ordinal)
            .Replace("[Service]\n", $"[Service]\n{Image.RuntimeOfUnits}", StringComparison.Ordinal));
        Directory.CreateDirectory(image.In("/etc/default"));
        File.Copy(Path.Combine(Root, "eng/packaging/portlight-console.default"), image.In("/etc/default/portlight-console"));
        Directory.CreateDirectory(image.In("/etc/sysusers.d"));
        image.Write("/etc/sysusers.d/portlight-console.conf", File.ReadAllText(Path.Combine(Root, "eng/packaging/sysusers.conf")).Replace("@PACKAGE@", "portlight-console", StringComparison.Ordinal));
        image.Run("systemd-sysusers");
        image.Write("/look.sh", Look);
        image.WriteUnit("result.service", $"[Unit]\nAfter={Unit}\nSuccessAction=exit\nFailureAction=exit\n[Service]\nType=oneshot\nExecStart=/bin/bash /look.sh\n");
        Command.Ip($"netns add {Namespace}");
        try
        {
            image.Boot(Namespace, () => true);
        }
        finally
        {
            Command.Ip($"netns del {Namespace}");
        }

        var journal = Seen("/journal");
        Assert.True(Seen("/states").Contains("ActiveState=active", StringComparison.Ordinal), journal);
        Assert.Contains("<h1 id=\"si\">Sign in</h1>", Seen("/page"), StringComparison.Ordinal);
        Assert.Contains("--accent", Seen("/sheet"), StringComparison.Ordinal);
        Assert.Contains("User=portlight-console", Seen("/states"), StringComparison.Ordinal);
        var confined = Seen("/confined");
        Assert.DoesNotMatch(@"(?m)^Uid:\s0\s", confined);
        Assert.Matches(@"(?m)^CapEff:\s0+$", confined);
        Assert.Matches(@"(?m)^NoNewPrivs:\s1$", confined);
        Assert.Matches(@"(?m)^Seccomp:\s2$", confined);
        Assert.Equal("portlight-console 700\nportlight-console 700\n", Seen("/kept"));
        Assert.EndsWith("ok", Seen("/again"), StringComparison.Ordinal);
        Assert.Contains("Scheduled restart job", journal, StringComparison.Ordinal);

        string Seen(string path) => File.ReadAllText(image.In(path));
    }

    private static string Root { get; } = Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "../../../.."));
}
