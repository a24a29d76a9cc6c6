using System.Diagnostics;
using Portlight.Cli.Service;

namespace Portlight.Cli.Tests.Service;

/// <summary>What <c>install-service</c> writes into an image, and what systemd's own programs think of it.</summary>
public sealed class InstallServiceTests : IDisposable
{
    private readonly DirectoryInfo _root = Directory.CreateTempSubdirectory("portlight-units-");

    private string Folder => Path.Combine(_root.FullName, "etc/systemd/system");

    public void Dispose() => _root.Delete(recursive: true);

    [Theory]
    [InlineData("")]
    [InlineData("--no-lab")]
    public async Task Systemd_finds_no_fault_in_the_units(string option)
    {
        await InstallAsync([option, "--data", "/srv/port light/100%"]);
        var (code, _, error) = await RunAsync("systemd-analyze", "verify", "--man=no", Path.Combine(Folder, ServiceUnits.RestoreName), Path.Combine(Folder, ServiceUnits.ServerName));
        Assert.True(code == 0 && !error.Contains("portlight", StringComparison.Ordinal), error);
    }

    [Theory]
    [InlineData("--no-lab", ServiceUnits.RestoreName, 40)]
    [InlineData("--no-lab", ServiceUnits.ServerName, 25)]
    [InlineData("", ServiceUnits.RestoreName, 40)]
    [InlineData("", ServiceUnits.ServerName, 50)]
    public async Task The_units_are_confined(string option, string unit, int exposure)
    {
        await InstallAsync(option);
        var (code, output, error) = await RunAsync("systemd-analyze", "security", "--offline=true", "--no-pager", $"--threshold={exposure}", Path.Combine(Folder, unit));
        Assert.True(code == 0, output + error);
    }

    [Theory]
    [InlineData(ServiceUnits.RestoreName, "portlight")]
    [InlineData(ServiceUnits.ServerName, "portlight")]
    [InlineData(AgentUnits.RestoreName, "portlight-agent")]
    [InlineData(AgentUnits.AgentName, "portlight-agent")]
    public async Task The_units_of_a_package_run_as_its_user_and_are_exposed_by_at_most_2(string unit, string user)
    {
        var path = Path.Combine(_root.FullName, unit);
        var text = (user == "portlight" ? ServiceUnits.All(ServicePlan.OfPackage with { IsNative = true }) : AgentUnits.All(ServicePlan.OfAgentPackage with { IsNative = true }))[unit];
        await File.WriteAllTextAsync(path, text, TestContext.Current.CancellationToken);
        var (code, output, error) = await RunAsync("systemd-analyze", "security", "--offline=true", "--no-pager", "--threshold=20", path);
        Assert.True(code == 0, output + error);
        Assert.Contains($"\nUser={user}\n", text, StringComparison.Ordinal);
        Assert.DoesNotContain("install-service`, which", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_units_of_a_package_are_for_the_program_that_it_installs()
    {
        var folder = Path.Combine(_root.FullName, "package");
        await InstallAsync("--package", folder);
        var server = await File.ReadAllTextAsync(Path.Combine(folder, ServiceUnits.ServerName), TestContext.Current.CancellationToken);
        Assert.Contains("\nExecStart=/usr/bin/portlight serve --data /var/lib/portlight --enforce kernel --settings /etc/portlight.toml\n", server, StringComparison.Ordinal);
        var agents = Path.Combine(_root.FullName, "agent");
        await InstallAsync("--agent-package", agents);
        var agent = await File.ReadAllTextAsync(Path.Combine(agents, AgentUnits.AgentName), TestContext.Current.CancellationToken);
        Assert.Contains("\nExecStart=/usr/bin/portlight-agent --data /var/lib/portlight-agent\n", agent, StringComparison.Ordinal);
        Assert.Contains("\nExecStop=\n", await File.ReadAllTextAsync(Path.Combine(agents, AgentUnits.DropInName), TestContext.Current.CancellationToken), StringComparison.Ordinal);
        Assert.False(Directory.Exists(Folder));
    }

    /// <summary>What `agent join --install` writes, which is for this machine alone.</summary>
    [Theory]
    [InlineData(false, false, 25, "100%%\"\n")]
    [InlineData(true, false, 50, "100%%\" --lab\n")]
    [InlineData(false, true, 25, "100%%\" --count-packets\n")]
    [InlineData(true, true, 50, "100%%\" --lab --count-packets\n")]
    public async Task The_units_of_an_agent_are_without_fault_and_confined(bool lab, bool counts, int exposure, string end)
    {
        Directory.CreateDirectory(Folder);
        var plan = new ServicePlan { Program = ["/bin/true", "agent"], Data = "/srv/port light/100%", Lab = lab, CountsPackets = counts, IsNative = false };
        foreach (var (name, text) in AgentUnits.All(plan))
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(Folder, name))!);
            await File.WriteAllTextAsync(Path.Combine(Folder, name), text, TestContext.Current.CancellationToken);
        }

        var (code, _, error) = await RunAsync("systemd-analyze", "verify", "--man=no", Path.Combine(Folder, AgentUnits.RestoreName), Path.Combine(Folder, AgentUnits.AgentName));
        Assert.True(code == 0 && !error.Contains("portlight", StringComparison.Ordinal), error);
        (code, var output, error) = await RunAsync("systemd-analyze", "security", "--offline=true", "--no-pager", $"--threshold={exposure}", Path.Combine(Folder, AgentUnits.AgentName));
        Assert.True(code == 0, output + error);
        Assert.Contains("\nExecStart=/bin/true agent restore-rules --data ", Read(AgentUnits.RestoreName), StringComparison.Ordinal);
        Assert.Contains(end, Read(AgentUnits.AgentName), StringComparison.Ordinal);
        await InstallAsync("--remove");
        Assert.Equal([], Directory.GetFiles(Folder, "*", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task Units_are_written_once_and_enabled_and_removed()
    {
        var first = await InstallAsync();
        Assert.Equal(3, first.Split($"wrote {Folder}").Length - 1);
        Assert.Contains("\nExecStop=\n", Read(ServiceUnits.DropInName), StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(Folder, "sysinit.target.wants", ServiceUnits.RestoreName)));
        Assert.True(File.Exists(Path.Combine(Folder, "multi-user.target.wants", ServiceUnits.ServerName)));

        var second = await InstallAsync();
        Assert.DoesNotContain($"wrote {Folder}", second, StringComparison.Ordinal);

        await InstallAsync("--remove");
        Assert.Equal([], Directory.GetFiles(Folder, "portlight*", SearchOption.AllDirectories));
        Assert.False(Directory.Exists(Path.Combine(Folder, "nftables.service.d")));
        Assert.Contains("no units are installed", await InstallAsync("--remove"), StringComparison.Ordinal);
    }

    /// <summary>The file that was there is read through another name of it, so a write into it would show.</summary>
    [Fact]
    public async Task A_unit_is_replaced_as_a_whole_and_never_written_into()
    {
        await InstallAsync();
        var (unit, former) = (Path.Combine(Folder, ServiceUnits.RestoreName), Path.Combine(_root.FullName, "former"));
        Assert.Equal(0, (await RunAsync("ln", unit, former)).Code);
        var before = await File.ReadAllTextAsync(unit, TestContext.Current.CancellationToken);

        await InstallAsync("--data", "/srv/other");

        Assert.Equal(before, await File.ReadAllTextAsync(former, TestContext.Current.CancellationToken));
        Assert.Contains("/srv/other", Read(ServiceUnits.RestoreName), StringComparison.Ordinal);
        Assert.Equal("644\n", (await RunAsync("stat", "--format=%a", unit)).Output);
        Assert.Equal(3, Directory.GetFiles(Folder, "*", SearchOption.AllDirectories).Count(file => new FileInfo(file).LinkTarget is null));
    }

    [Fact]
    public async Task Manual_pages_come_and_go_with_the_units_and_those_of_others_stay()
    {
        var pages = Directory.CreateDirectory(Path.Combine(_root.FullName, "usr/local/share/man/man1")).FullName;
        await File.WriteAllTextAsync(Path.Combine(pages, "portlight-open.1"), ".TH OTHER 1\n", TestContext.Current.CancellationToken);
        await InstallAsync();
        Assert.StartsWith(Portlight.Cli.Usage.ManualPage.Mark, await File.ReadAllTextAsync(Path.Combine(pages, "portlight-explain.1"), TestContext.Current.CancellationToken), StringComparison.Ordinal);
        Assert.True(Directory.GetFiles(pages).Length > 20);

        await InstallAsync();
        await InstallAsync("--remove");
        Assert.Equal("portlight-open.1", Path.GetFileName(Assert.Single(Directory.GetFiles(pages))));
        Assert.Equal(".TH OTHER 1\n", await File.ReadAllTextAsync(Path.Combine(pages, "portlight-open.1"), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task What_is_not_enabled_waits_for_its_owner()
    {
        await InstallAsync("--no-enable");
        Assert.Equal(new[] { ServiceUnits.DropInName, ServiceUnits.RestoreName, ServiceUnits.ServerName }.Select(name => Path.Combine(Folder, name)), Directory.GetFiles(Folder, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_drop_in_of_the_administrator_stays_when_ours_goes()
    {
        await InstallAsync();
        var own = Path.Combine(Folder, "nftables.service.d", "override.conf");
        await File.WriteAllTextAsync(own, "[Service]\n", TestContext.Current.CancellationToken);
        await InstallAsync("--remove");
        Assert.Equal([own], Directory.GetFiles(Path.Combine(Folder, "nftables.service.d")));
    }

    [Theory]
    [InlineData()]
    [InlineData("--remove")]
    public async Task A_unit_of_somebody_else_stays_as_it_is(params string[] options)
    {
        var path = Path.Combine(Directory.CreateDirectory(Folder).FullName, ServiceUnits.ServerName);
        await File.WriteAllTextAsync(path, "[Unit]\n", TestContext.Current.CancellationToken);
        var (code, _, error) = await PortlightAsync(options);
        Assert.Equal(1, code);
        Assert.Contains("not of this program's writing", error, StringComparison.Ordinal);
        Assert.Equal("[Unit]\n", await File.ReadAllTextAsync(path, TestContext.Current.CancellationToken));
        Assert.Single(Directory.GetFiles(Folder));
    }

    [Fact]
    public async Task The_service_is_for_the_data_directory_of_its_settings_file()
    {
        Directory.CreateDirectory(Path.Combine(_root.FullName, "etc/portlight"));
        await File.WriteAllTextAsync(Path.Combine(_root.FullName, "etc/portlight/portlight.toml"), "data = \"/srv/ports\"\n", TestContext.Current.CancellationToken);
        await InstallAsync("--settings", "/etc/portlight/portlight.toml");
        Assert.Contains("serve --data /srv/ports --enforce kernel --settings /etc/portlight/portlight.toml\n", Read(ServiceUnits.ServerName), StringComparison.Ordinal);
        Assert.Contains("restore-rules --data /srv/ports\n", Read(ServiceUnits.RestoreName), StringComparison.Ordinal);

        await File.WriteAllTextAsync(Path.Combine(_root.FullName, "etc/portlight/portlight.toml"), "enforce = \"record\"\n", TestContext.Current.CancellationToken);
        Assert.Equal(2, (await PortlightAsync("--settings", "/etc/portlight/portlight.toml")).Code);
    }

    [Fact]
    public void A_native_build_may_write_no_code_and_a_home_is_hidden_unless_needed()
    {
        var plan = new ServicePlan { Program = ["/usr/bin/portlight"], Data = "/var/lib/portlight", Lab = false, IsNative = true };
        foreach (var unit in (string[])[ServiceUnits.Restore(plan), ServiceUnits.Server(plan)])
        {
            Assert.Contains("\nMemoryDenyWriteExecute=yes\n", unit, StringComparison.Ordinal);
        }

        Assert.Contains("\nProtectHome=yes\n", ServiceUnits.Server(plan), StringComparison.Ordinal);

        var managed = plan with { Program = ["/root/portlight/portlight"], IsNative = false };
        Assert.DoesNotContain("MemoryDenyWriteExecute", ServiceUnits.Server(managed), StringComparison.Ordinal);
        Assert.Contains("\nProtectHome=read-only\n", ServiceUnits.Server(managed), StringComparison.Ordinal);
        Assert.DoesNotContain("\nProtect", ServiceUnits.Server(managed with { Lab = true }), StringComparison.Ordinal);
        Assert.DoesNotContain("\nProtect", ServiceUnits.Restore(managed), StringComparison.Ordinal);
    }

    private string Read(string unit) => File.ReadAllText(Path.Combine(Folder, unit));

    private async Task<string> InstallAsync(params string[] options)
    {
        var (code, output, error) = await PortlightAsync(options);
        Assert.True(code == 0, error);
        return output;
    }

    private Task<(int Code, string Output, string Error)> PortlightAsync(params string[] options) => RunAsync(
        Path.Combine(AppContext.BaseDirectory, "portlight"), ["install-service", "--root", _root.FullName, .. options.Where(option => option.Length > 0)]);

    private static async Task<(int Code, string Output, string Error)> RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        var output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (process.ExitCode, output, await error);
    }
}
