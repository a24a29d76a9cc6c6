namespace Portlight.Cli.Service;

/// <summary>What the units of a service depend on.</summary>
internal sealed record ServicePlan
{
    /// <summary>The command and what comes before its verb: the program's absolute path, or the runtime and the program; the agent's with <c>agent</c> behind it.</summary>
    public required IReadOnlyList<string> Program { get; init; }

    /// <summary>The data directory, absolute.</summary>
    public required string Data { get; init; }

    /// <summary>The settings file, absolute.</summary>
    public string? Settings { get; init; }

    /// <summary>Lab instances can be made, which takes CAP_SYS_ADMIN and the machine's own mounts.</summary>
    public required bool Lab { get; init; }

    /// <summary>The agent counts what open ports let in. The server's settings say it of the server.</summary>
    public bool CountsPackets { get; init; }

    /// <summary>The user that it runs as, in the units of a package, which makes that user. Null: root, in the units that <c>install-service</c> writes.</summary>
    public string? User { get; init; }

    /// <summary>A native build writes no code while it runs, so the kernel may forbid that.</summary>
    public required bool IsNative { get; init; }

    /// <summary>Where the .NET runtime is, when the program cannot find it by itself.</summary>
    public string? RuntimeDirectory { get; init; }

    /// <summary>ProtectHome= hides these from the unit, and something of it lies there.</summary>
    public bool NeedsHome =>
        ((string?[])[.. Program, Data, Settings, RuntimeDirectory]).Any(path => path is not null && Homes.Any(home => path.StartsWith(home, StringComparison.Ordinal)));

    /// <summary>The first line of everything that is written.</summary>
    public string Mark { get; init; } = UnitText.Mark;

    /// <summary>The units in a package of this program: where the package puts it, and as its own user.</summary>
    public static ServicePlan OfPackage { get; } = new()
    {
        Program = ["/usr/bin/portlight"],
        Data = "/var/lib/portlight",
        Settings = "/etc/portlight.toml",
        Lab = false,
        User = "portlight",
        IsNative = !System.Runtime.CompilerServices.RuntimeFeature.IsDynamicCodeSupported,
        Mark = "# Of the package portlight; changes of your own belong in `systemctl edit`. It makes no lab instances: `portlight install-service` writes units that do.",
    };

    /// <summary>The units in the package of the agent alone.</summary>
    public static ServicePlan OfAgentPackage { get; } = OfPackage with
    {
        Program = ["/usr/bin/portlight-agent"],
        Data = Portlight.AgentHost.AgentCommand.DefaultDirectory,
        Settings = null,
        User = "portlight-agent",
        Mark = "# Of the package portlight-agent; changes of your own belong in `systemctl edit`. It makes no lab instances: `portlight agent join --install --lab` writes units that do.",
    };

    private static readonly string[] Homes = ["/home/", "/root/", "/run/user/"];
    private static readonly string[] Emptied = ["/tmp/", "/var/tmp/", "/run/", "/dev/shm/"];

    /// <summary>The units for the running program.</summary>
    /// <exception cref="FailedException">The program lies where the next boot does not find it.</exception>
    public static ServicePlan ForThisProgram(string data, string? settings, bool lab, bool isThisMachine)
    {
        var program = Environment.ProcessPath ?? throw new FailedException("this process does not know its own program");
        if (isThisMachine && Emptied.Any(folder => program.StartsWith(folder, StringComparison.Ordinal)))
        {
            throw new FailedException($"the program is {program}, which a boot may not find again: put it in a lasting place first, as /usr/local/bin");
        }

        // Started as `dotnet portlight.dll`, the program is the runtime's.
        var isHosted = Path.GetFileNameWithoutExtension(program) == "dotnet";
        return new ServicePlan
        {
            Program = isHosted ? [program, Path.Combine(AppContext.BaseDirectory, "portlight.dll")] : [program],
            Data = data,
            Settings = settings,
            Lab = lab,
            IsNative = !System.Runtime.CompilerServices.RuntimeFeature.IsDynamicCodeSupported,
            RuntimeDirectory = Environment.GetEnvironmentVariable("DOTNET_ROOT") is { Length: > 0 } root ? Path.GetFullPath(root) : null,
        };
    }
}
