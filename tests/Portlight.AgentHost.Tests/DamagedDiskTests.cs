using System.Runtime.Versioning;
using Portlight.AgentProtocol;
using Portlight.AgentStream.Tests;

namespace Portlight.AgentHost.Tests;

/// <summary>The agent's process on a disk that cannot be read or written: what is kept is in force, and a server is heard as far as it can be. The kernel's side is in Portlight.Netns.</summary>
public sealed class DamagedDiskTests : IAsyncLifetime
{
    private readonly ShiftedClock _clock = new();
    private readonly Installation _installation;
    private readonly Machine _machine;

    public DamagedDiskTests() => (_installation, _machine) = (new Installation(_clock), new Machine(_clock));

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => new(_installation.StartAsync());

    public async ValueTask DisposeAsync()
    {
        await _machine.DisposeAsync();
        await _installation.DisposeAsync();
    }

    [Theory]
    [InlineData("")]
    [InlineData("{\"host\":")]
    [InlineData(null)]
    public async Task What_is_kept_is_in_force_whatever_has_become_of_the_membership(string? damaged)
    {
        await ConnectAsync();
        await (await _installation.ConnectedAsync()).Agent.SynchroniseAsync([Wanted.Lab(9, 1)], Cancellation);
        await _machine.StopAsync();
        var path = Path.Combine(_machine.Disk, "agent.json");
        File.Delete(path);
        if (damaged is not null)
        {
            await File.WriteAllTextAsync(path, damaged, Cancellation);
        }

        _machine.Kernel.InForce.Clear();
        await _machine.StartAsync();
        Assert.Equal([9], _machine.Kernel.InForce.Keys);
        Assert.StartsWith("enforcing 1 instance", _machine.Told[^1], StringComparison.Ordinal);
        // And when it has joined again it goes on without a restart.
        await _machine.JoinAsync(_installation.Token("fra-07"));
        var agent = (await _installation.ConnectedAsync()).Agent;
        Assert.Single(await agent.SynchroniseAsync([Wanted.Lab(9, 1)], Cancellation));
    }

    [Fact]
    public async Task A_full_disk_is_told_and_enforcing_goes_on()
    {
        await ConnectAsync();
        var agent = (await _installation.ConnectedAsync()).Agent;
        // What a picture is written to first cannot be written.
        Directory.CreateDirectory(Path.Combine(_machine.Disk, "agent.instances.new", "in-the-way"));
        Assert.IsType<AgentReport.Applied>(Assert.Single(await agent.ApplyAsync([Wanted.Lab(9, 1)], [], Cancellation)));
        Assert.Contains("cannot be written", agent.Status.LastProblem, StringComparison.Ordinal);
        Directory.Delete(Path.Combine(_machine.Disk, "agent.instances.new"), recursive: true);
        await agent.ApplyAsync([Wanted.Lab(9, 2)], [], Cancellation);
        Assert.Null(agent.Status.LastProblem);
        await _installation.StopAsync();
        await _machine.RestartAsync();
        Assert.Equal(["all 9@2"], _machine.Kernel.Calls);
        await _installation.StartAsync();
    }

    [Fact]
    public async Task A_disk_that_cannot_be_written_keeps_the_agent_from_no_server()
    {
        await ConnectAsync();
        await _installation.ConnectedAsync();
        await _machine.StopAsync();
        // A renewed certificate is seen to work, and that it is cannot be written down.
        var membership = HostMembership.Read(_machine.Disk, out _)!;
        (membership with { Credentials = [membership.Credentials[0], membership.Credentials[0]] }).Write(_machine.Disk);
        Directory.CreateDirectory(Path.Combine(_machine.Disk, "agent.json.new", "in-the-way"));
        await _machine.StartAsync();
        var agent = (await _installation.ConnectedAsync()).Agent;
        Assert.Single(await agent.ApplyAsync([Wanted.Lab(9, 1)], [], Cancellation));
        Assert.DoesNotContain("without a server", _machine.Told[^1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_memory_that_is_damaged_takes_nothing_out_of_the_kernel_until_a_server_is_there()
    {
        await ConnectAsync();
        var agent = (await _installation.ConnectedAsync()).Agent;
        await agent.SynchroniseAsync([Wanted.Lab(9, 1)], Cancellation);
        await _machine.StopAsync();
        await File.WriteAllTextAsync(Path.Combine(_machine.Disk, "agent.instances"), "plagent\u0001damaged, and long enough", Cancellation);
        await _installation.StopAsync();
        await _machine.StartAsync();
        _machine.Kernel.Calls.Clear();
        _machine.Kernel.Drift();
        await _installation.StartAsync();
        agent = (await _installation.ConnectedAsync()).Agent;
        Assert.Empty(_machine.Kernel.Calls);
        await agent.SynchroniseAsync([Wanted.Lab(9, 1)], Cancellation);
        Assert.Equal(["all 9@1"], _machine.Kernel.Calls);
        await _installation.StopAsync();
        await _machine.RestartAsync();
        Assert.Equal(["all 9@1"], _machine.Kernel.Calls);
        await _installation.StartAsync();
    }

    [Fact]
    [SupportedOSPlatform("linux")]
    public async Task A_private_key_that_others_can_read_is_shown_to_no_server_and_the_rules_are_in_force()
    {
        await ConnectAsync();
        await (await _installation.ConnectedAsync()).Agent.SynchroniseAsync([Wanted.Lab(9, 1)], Cancellation);
        await _machine.StopAsync();
        _machine.Kernel.InForce.Clear();
        File.SetUnixFileMode(Path.Combine(_machine.Disk, "agent.json"), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherRead);
        await _machine.StartAsync();
        Assert.Contains("chmod 600", _machine.Told[^1], StringComparison.Ordinal);
        Assert.Equal([9], _machine.Kernel.InForce.Keys);
        File.SetUnixFileMode(Path.Combine(_machine.Disk, "agent.json"), UnixFileMode.UserRead | UnixFileMode.UserWrite);
        await _installation.ConnectedAsync();
    }

    private async Task ConnectAsync()
    {
        await _machine.JoinAsync(_installation.Token("fra-07"));
        await _machine.StartAsync();
    }
}
