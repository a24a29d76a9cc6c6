using System.Globalization;
using System.Text;
using Microsoft.Extensions.Time.Testing;
using Portlight.Agent.Guests;
using Portlight.AgentProtocol;
using Portlight.TestKit.Network;

namespace Portlight.Agent.Tests.Guests;

/// <summary>Whatever stands in a provider's files or comes out of its socket, discovery ends in time, tells of the rest, and says what it could not read.</summary>
public sealed class HostileProviderTests : IDisposable
{
    private const string Good = "<domain><name>good</name><devices/></domain>";

    private readonly FakeMachine _machine = new();

    public static TheoryData<string, string, string> BadDomains => new()
    {
        { "entities", "<!DOCTYPE d [<!ENTITY a 'aaaaaaaa'><!ENTITY b '&a;&a;&a;&a;'>]><domain><name>&b;</name></domain>", "DTD" },
        { "a file of another", "<!DOCTYPE d [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><domain><name>&x;</name></domain>", "DTD" },
        { "depth", $"<domain><name>deep</name>{string.Concat(Enumerable.Repeat("<a>", 100_000))}", "deeper than" },
        { "size", $"<domain><name>{new string('n', 2 << 20)}</name></domain>", "longer than" },
        { "no end", "<domain><name>cut", "cannot be understood" },
        { "bytes", "\u0000\u0001\u0002", "cannot be understood" },
        { "nothing", "", "cannot be understood" },
    };

    public void Dispose() => _machine.Dispose();

    [Theory]
    [MemberData(nameof(BadDomains))]
    public async Task A_bad_file_is_told_and_costs_no_other_guest(string kind, string content, string reason)
    {
        _machine.Write("/etc/libvirt/qemu/bad.xml", content);
        _machine.Write("/etc/libvirt/qemu/good.xml", Good);
        var found = await _machine.DiscoverAsync();
        Assert.Equal(["good"], Told(found));
        Assert.True(Assert.Single(found.Unseen).Contains(reason, StringComparison.Ordinal), $"{kind}: {found.Unseen[0]}");
    }

    [Fact]
    public async Task Loops_of_links_pipes_folders_and_devices_are_no_files()
    {
        Directory.CreateDirectory(_machine.Path("/etc/libvirt/qemu/folder.xml"));
        File.CreateSymbolicLink(_machine.Path("/etc/libvirt/qemu/loop.xml"), "loop.xml");
        File.CreateSymbolicLink(_machine.Path("/etc/libvirt/qemu/zero.xml"), "/dev/zero");
        _machine.MakePipe("/etc/libvirt/qemu/pipe.xml");
        File.CreateSymbolicLink(_machine.Path("/etc/pve/lxc"), "lxc");
        _machine.Write("/etc/libvirt/qemu/good.xml", Good);

        var found = await _machine.DiscoverAsync();
        Assert.Equal(["good"], Told(found));
        Assert.Equal(["folder", "loop", "pipe", "zero"], found.Unseen.Where(text => text.Contains("qemu/", StringComparison.Ordinal)).Select(text => text.Split("qemu/")[1].Split('.')[0]).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task More_files_than_anybody_has_are_not_read()
    {
        for (var i = 0; i < ProviderFiles.MaxFiles + 10; i++)
        {
            _machine.Write($"/etc/pve/qemu-server/{i}.conf", $"name: vm{i}\nnet0: virtio=BC:24:11:00:00:01,bridge=vmbr0");
        }

        var found = await _machine.DiscoverAsync();
        Assert.Equal(ProviderFiles.MaxFiles, Told(found).Count());
        Assert.Contains("more than", Assert.Single(found.Unseen), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_name_that_would_draw_on_a_terminal_is_shown_without_that()
    {
        _machine.Write("/etc/libvirt/qemu/a.xml", $"<domain><name>a\u0085`id`{new string('x', 1000)}</name><devices>{string.Concat(Enumerable.Repeat("<interface/>", 100))}</devices></domain>");
        var guest = Assert.Single((await _machine.DiscoverAsync()).Guests, guest => guest.Provider == "libvirt");
        Assert.StartsWith("a??id?xxx", guest.Name.Replace("`", "?", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.True(guest.Name.Length < 70);
        Assert.Equal(16, guest.Cards.Length);
    }

    [Fact]
    public async Task A_socket_that_never_answers_is_given_up_and_the_others_are_told_of()
    {
        _machine.Serve("/var/lib/incus/unix.socket", _ => null);
        _machine.Write("/etc/libvirt/qemu/good.xml", Good);
        var patience = TimeSpan.FromSeconds(1);
        var found = await _machine.DiscoverAsync(patience);
        while (found.Unseen.Any(text => text.Contains("were not read", StringComparison.Ordinal)) && patience < Deadline.Span)
        {
            // It was too short for the files of a machine that is busy, which are there to be read.
            patience *= 2;
            found = await _machine.DiscoverAsync(patience);
        }

        Assert.Equal(["good"], Told(found));
        Assert.Contains(string.Create(CultureInfo.InvariantCulture, $"has not answered on `/var/lib/incus/unix.socket` within {patience.TotalSeconds} s"), Assert.Single(found.Unseen), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{", "docker cannot be asked")]
    [InlineData("[1,{\"Names\":7},{\"Names\":[7]},{\"Names\":[]},null]", null)]
    [InlineData("\"text\"", null)]
    [InlineData("DEEP", "docker cannot be asked")]
    [InlineData("HUGE", "docker cannot be asked")]
    public async Task Answers_of_another_shape_are_no_guests(string body, string? reason)
    {
        var answer = body switch { "DEEP" => new string('[', 100_000), "HUGE" => $"\"{new string('x', UnixRest.MaxLength)}\"", _ => body };
        _machine.Serve("/var/run/docker.sock", _ => answer);
        var found = await _machine.DiscoverAsync();
        Assert.Empty(Told(found));
        Assert.Equal(reason is not null, found.Unseen.Any(text => text.StartsWith(reason!, StringComparison.Ordinal)));
    }

    [Fact]
    public async Task What_is_there_and_is_no_socket_is_told()
    {
        _machine.Write("/var/run/docker.sock", "");
        Assert.Contains("docker cannot be asked", Assert.Single((await _machine.DiscoverAsync()).Unseen), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Guests_are_looked_for_once_at_a_time()
    {
        _machine.Serve("/var/lib/incus/unix.socket", _ => null);
        var clock = new FakeTimeProvider();
        var discovery = new GuestDiscovery(_machine.Path("/x")[..^2], TimeSpan.FromSeconds(1), clock);
        var first = discovery.RunAsync(TestContext.Current.CancellationToken);
        await Assert.ThrowsAsync<AgentException>(() => discovery.RunAsync(TestContext.Current.CancellationToken));
        clock.Advance(TimeSpan.FromSeconds(1));
        await first;

        var second = discovery.RunAsync(TestContext.Current.CancellationToken);
        clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Contains((await second).Unseen, text => text.StartsWith("incus has not answered", StringComparison.Ordinal));
    }

    [Fact]
    public void Any_bytes_are_a_domain_or_none_and_never_a_fault_of_the_program()
    {
        var whole = Encoding.UTF8.GetBytes("<domstatus><domain><name>a</name><devices><interface type='x'><mac address='52:54:00:aa:bb:01'/></interface></devices></domain></domstatus>");
        for (var cut = 0; cut < whole.Length; cut++)
        {
            var torn = whole[..cut];
            Assert.Throws<FormatException>(() => LibvirtGuests.ReadDomain(torn, isRunning: true));
        }
    }

    private static IEnumerable<string> Told(Discovery found) => found.Guests.Where(guest => guest.Provider != GuestDevices.OfKernel).Select(guest => guest.Name);
}
