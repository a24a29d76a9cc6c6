using System.Text;

namespace Portlight.Cli.Service;

/// <summary>
/// What the units have in common. Directives: systemd.unit(5), systemd.exec(5), systemd.service(5); all known since systemd 247 (Debian 11).
/// </summary>
internal static class UnitText
{
    /// <summary>The first line, by which a file is known as ours.</summary>
    public const string Mark = "# Written by `portlight install-service`, which writes it again; changes of your own belong in `systemctl edit`.";

    /// <summary>
    /// Netlink and files. Without mounts of its own: setting those up is one thing more that can fail early at boot, and what fails here leaves the ports open.
    /// </summary>
    private const string Early = """
        CapabilityBoundingSet=CAP_NET_ADMIN
        RestrictNamespaces=yes
        SystemCallFilter=@system-service

        """;

    /// <summary>Netlink, files and the listeners: no mounts, devices, kernel settings, other processes. Where its own mounts cannot be set up it is started again.</summary>
    private const string Tight = Early + """
        PrivateTmp=yes
        ProtectSystem=strict
        PrivateDevices=yes
        ProtectClock=yes
        ProtectHostname=yes
        ProtectKernelLogs=yes
        ProtectKernelModules=yes
        ProtectKernelTunables=yes
        ProtectControlGroups=yes
        ProtectProc=invisible

        """;

    /// <summary>No directive here may give the unit mounts of its own: a namespace that is made in them is not in the machine's /run/netns.</summary>
    private const string WithLab = """
        # Lab instances are network namespaces under /run/netns. CAP_SYS_ADMIN makes them, and a unit with mounts of its own (ProtectSystem= and its kin)
        # would keep them to itself. `portlight install-service --no-lab` writes the tight unit.
        CapabilityBoundingSet=CAP_NET_ADMIN CAP_SYS_ADMIN
        RestrictNamespaces=net
        SystemCallFilter=@system-service @mount

        """;

    private const string Always = """
        NoNewPrivileges=yes
        UMask=0077
        RestrictAddressFamilies=AF_NETLINK AF_INET AF_INET6 AF_UNIX
        RestrictRealtime=yes
        RestrictSUIDSGID=yes
        LockPersonality=yes
        KeyringMode=private
        SystemCallFilter=~@privileged
        SystemCallArchitectures=native
        SystemCallErrorNumber=EPERM

        """;

    /// <summary>
    /// The early unit. nftables.service flushes all rules at its start, so this comes after it. It needs the data directory and nothing else; the network
    /// is ordered behind it and does not wait for its success, or a damaged file would cut off the machine.
    /// </summary>
    /// <param name="plan">The plan.</param>
    /// <param name="service">The unit that comes later.</param>
    public static string Restore(ServicePlan plan, string service)
    {
        var text = new StringBuilder(plan.Mark).Append($"""

            [Unit]
            Description=Portlight: the rules of the last run, before the network
            DefaultDependencies=no
            Wants=network-pre.target
            Before=network-pre.target {service} shutdown.target
            After=local-fs.target systemd-modules-load.service nftables.service
            Conflicts=shutdown.target
            RequiresMountsFor={Quoted(plan.Data)}

            [Service]
            Type=oneshot
            RemainAfterExit=yes
            TimeoutStartSec=60s
            ExecStart={Command(plan, "restore-rules", "--data", plan.Data)}

            """);
        if (plan.User is not null)
        {
            // Whichever unit is first makes the directory the user's.
            text.Append($"{Directory(plan)}\n");
        }

        AppendSandbox(text, plan, plan.User is null ? Early : Tight);
        return text.Append("""

            [Install]
            WantedBy=sysinit.target

            """).ToString();
    }

    /// <summary>What stays and filters. It is ready when the rules are in the kernel; it comes back whatever ends it, but for wrong settings.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="description">What it is.</param>
    /// <param name="restore">The unit that comes before it.</param>
    /// <param name="words">The command's.</param>
    public static string Service(ServicePlan plan, string description, string restore, params string[] words)
    {
        var text = new StringBuilder(plan.Mark).Append($"""

            [Unit]
            Description=Portlight: {description}
            Wants={restore}
            After={restore} network.target nftables.service
            RequiresMountsFor={Quoted(plan.Data)}
            StartLimitIntervalSec=0

            [Service]
            Type=notify
            NotifyAccess=main
            ExecStart={Command(plan, words)}
            Restart=always
            RestartSec=1s
            RestartPreventExitStatus={ExitCode.Usage}
            TimeoutStartSec=5min
            {Directory(plan)}

            """);
        AppendSandbox(text, plan, plan.Lab ? WithLab : Tight);
        return text.Append("""

            [Install]
            WantedBy=multi-user.target

            """).ToString();
    }

    /// <summary>nftables.service deletes all rules when it stops, at the end of every run of the machine, too: with this it does not.</summary>
    public static string KeepsRules(ServicePlan plan) => plan.Mark + """

        # nftables.service deletes the rules of everybody when it stops, and the machine goes on with open ports until it is down.
        [Service]
        ExecStop=

        """;

    private static void AppendSandbox(StringBuilder text, ServicePlan plan, string sandbox)
    {
        text.Append("Environment=DOTNET_EnableDiagnostics=0\n");
        if (plan.User is { } user)
        {
            text.Append($"User={user}\nGroup={user}\nAmbientCapabilities=CAP_NET_ADMIN\nRemoveIPC=yes\n");
        }

        if (plan.RuntimeDirectory is { } runtime)
        {
            text.Append($"Environment={Quoted($"DOTNET_ROOT={runtime}")}\n");
        }

        text.Append(sandbox).Append(Always);
        if (sandbox == Tight)
        {
            text.Append($"ProtectHome={(plan.NeedsHome ? "read-only" : "yes")}\n");
        }

        if (plan.IsNative)
        {
            // The .NET runtime writes code while it runs, and does not start without the calls of @resources.
            text.Append("MemoryDenyWriteExecute=yes\nSystemCallFilter=~@resources\n");
        }
    }

    /// <summary>systemd makes a directory under /var/lib itself; elsewhere it must be there, and be writable in spite of ProtectSystem=.</summary>
    private static string Directory(ServicePlan plan)
    {
        const string State = "/var/lib/";
        var name = plan.Data.StartsWith(State, StringComparison.Ordinal) ? plan.Data[State.Length..] : "";
        return name.Length > 0 && name.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_' or '.')
            ? $"StateDirectory={name}\nStateDirectoryMode=0700"
            : plan.Lab ? "" : $"ReadWritePaths={Quoted(plan.Data)}";
    }

    private static string Command(ServicePlan plan, params string[] words) => string.Join(' ', plan.Program.Concat(words).Select(word => Quoted(word).Replace("$", "$$", StringComparison.Ordinal)));

    /// <summary>One word of a directive: quoted where a blank would divide it, specifiers doubled.</summary>
    private static string Quoted(string word)
    {
        var escaped = word.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("%", "%%", StringComparison.Ordinal);
        return escaped.All(letter => char.IsAsciiLetterOrDigit(letter) || "/-_.=%".Contains(letter, StringComparison.Ordinal)) ? escaped : $"\"{escaped}\"";
    }
}
