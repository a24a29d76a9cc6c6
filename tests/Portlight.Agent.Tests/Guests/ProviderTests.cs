using System.Net;
using Portlight.AgentProtocol;

namespace Portlight.Agent.Tests.Guests;

/// <summary>What each provider leaves on the disk or answers on its socket becomes guests with the selectors that outlive their restarts.</summary>
public sealed class ProviderTests : IDisposable
{
    private readonly FakeMachine _machine = new();

    public void Dispose() => _machine.Dispose();

    [Fact]
    public async Task Libvirt_guests_are_found_by_their_hardware_address_running_or_not()
    {
        _machine.Write("/run/libvirt/qemu/web1.xml", """
            <!--
            WARNING: THIS IS AN AUTO-GENERATED FILE. CHANGES TO IT ARE LIKELY TO BE
            OVERWRITTEN AND LOST.
            -->
            <domstatus state='running' reason='booted' pid='4711'>
              <taint flag='high-privileges'/>
              <monitor path='/var/lib/libvirt/qemu/domain-1-web1/monitor.sock' type='unix'/>
              <domain type='kvm' id='1'>
                <name>web1</name>
                <uuid>9c4b1e8e-6a4d-4b53-8d1b-6a8f6f4b0a11</uuid>
                <devices>
                  <disk type='file' device='disk'><source file='/var/lib/libvirt/images/web1.qcow2'><name>not the guest's</name></source></disk>
                  <interface type='network'>
                    <mac address='52:54:00:AA:bb:01'/>
                    <source network='default' portid='b0a5c8c4-2c8f-4a71-b9a3-8b43b1b3b9c1' bridge='virbr0'/>
                    <target dev='vnet-no-such'/>
                    <model type='virtio'/>
                  </interface>
                  <interface type='direct'>
                    <mac address='52:54:00:aa:bb:02'/>
                    <source dev='eth0' mode='bridge'/>
                    <target dev='macvtap0'/>
                  </interface>
                </devices>
              </domain>
            </domstatus>
            """);
        _machine.Write("/etc/libvirt/qemu/web1.xml", "<domain type='kvm'><name>web1</name><devices/></domain>");
        _machine.Write("/etc/libvirt/qemu/db1.xml", "<domain type='kvm'><name>db1</name><devices><interface type='bridge'><mac address='52:54:00:aa:bb:03'/><source bridge='br0'/></interface><interface type='user'/></devices></domain>");

        var found = await _machine.DiscoverAsync();
        Assert.Empty(found.Unseen);
        var (db, web) = (Guest(found, "db1"), Guest(found, "web1"));
        Assert.Equal(("libvirt", false, true), (db.Provider, db.IsRunning, web.IsRunning));
        Assert.Equal(("52:54:00:aa:bb:01", "virbr0", "mac:52:54:00:aa:bb:01", null), (web.Cards[0].HardwareAddress, web.Cards[0].Bridge, web.Cards[0].Selector, web.Cards[0].Problem));
        Assert.Contains("macvtap", web.Cards[1].Problem, StringComparison.Ordinal);
        Assert.Equal(("mac:52:54:00:aa:bb:03", "br0"), (db.Cards[0].Selector, db.Cards[0].Bridge));
        Assert.Contains("type='user'", db.Cards[1].Problem, StringComparison.Ordinal);
        Assert.Null(db.Cards[1].Selector);
    }

    [Fact]
    public async Task Proxmox_guests_are_found_by_the_names_of_their_interfaces_which_stay()
    {
        _machine.Write("/etc/pve/qemu-server/100.conf", """
            #a comment of an operator
            boot: order=scsi0;net0
            name: web1
            net0: virtio=BC:24:11:2A:9C:01,bridge=vmbr0,firewall=1,tag=7
            net1: e1000=BC:24:11:2A:9C:02,bridge=vmbr1
            scsi0: local-lvm:vm-100-disk-0,size=32G

            [before-upgrade]
            name: web1-old
            net2: virtio=BC:24:11:2A:9C:03,bridge=vmbr0
            """);
        _machine.Write("/etc/pve/lxc/101.conf", """
            arch: amd64
            hostname: db1
            net0: name=eth0,bridge=vmbr0,gw=192.0.2.1,hwaddr=BC:24:11:2A:9C:04,ip=192.0.2.11/24,ip6=auto,type=veth
            """);
        _machine.Write("/etc/pve/lxc/notes.conf", "hostname: no guest");

        var found = await _machine.DiscoverAsync();
        Assert.Empty(found.Unseen);
        Assert.Equal(["db1", "web1"], Told(found).Select(guest => guest.Name));
        Assert.Equal(["name:tap100i0", "name:tap100i1"], Guest(found, "web1").Cards.Select(card => card.Selector));
        Assert.Equal("bc:24:11:2a:9c:01", Guest(found, "web1").Cards[0].HardwareAddress);
        var container = Assert.Single(Guest(found, "db1").Cards);
        Assert.Equal(("name:veth101i0", "vmbr0", "bc:24:11:2a:9c:04"), (container.Selector, container.Bridge, container.HardwareAddress));
        Assert.Equal([new IPAddress([192, 0, 2, 11])], container.Addresses);
    }

    [Theory]
    [InlineData("incus", "/var/lib/incus/unix.socket")]
    [InlineData("lxd", "/var/snap/lxd/common/lxd/unix.socket")]
    [InlineData("lxd", "/var/lib/lxd/unix.socket")]
    public async Task Incus_and_LXD_instances_are_found_by_the_name_that_their_card_has_and_it_is_told_that_it_changes(string provider, string socket)
    {
        _machine.Serve(socket, target => target == "/1.0/instances?recursion=2&all-projects=true" ? """
            {"type":"sync","status":"Success","status_code":200,"operation":"","error_code":0,"error":"","metadata":[
              {"name":"web1","status":"Running","type":"virtual-machine","project":"default",
               "expanded_config":{"volatile.eth0.host_name":"tapa1b2c3d4","volatile.eth0.hwaddr":"00:16:3e:12:34:56"},
               "expanded_devices":{"eth0":{"type":"nic","name":"eth0","network":"incusbr0"},"root":{"type":"disk","path":"/","pool":"default"}},
               "state":{"status":"Running","network":{"eth0":{"addresses":[{"family":"inet","address":"10.1.2.3","netmask":"24","scope":"global"},{"family":"inet6","address":"fe80::1","netmask":"64","scope":"link"}],
                 "hwaddr":"00:16:3e:12:34:56","host_name":"tapa1b2c3d4","mtu":1500,"state":"up","type":"broadcast"},"lo":{"addresses":[{"family":"inet","address":"127.0.0.1","netmask":"8","scope":"local"}]}}}},
              {"name":"db1","status":"Stopped","type":"container","project":"shop","expanded_config":{"volatile.eth0.hwaddr":"00:16:3e:12:34:57"},
               "expanded_devices":{"eth0":{"type":"nic","nictype":"routed","host_name":"db1-pub"}},"state":null},
              {"name":"web1","status":"Running","type":"container","project":"shop","expanded_config":{"volatile.eth0.host_name":"vethshop"},
               "expanded_devices":{"eth0":{"type":"nic","network":"incusbr0"}},"state":null},
              {"no":"instance"}]}
            """ : "{}");

        var found = await _machine.DiscoverAsync();
        Assert.Empty(found.Unseen);
        var web = Guest(found, "web1");
        Assert.Equal((provider, true), (web.Provider, web.IsRunning));
        var card = Assert.Single(web.Cards);
        Assert.Equal(("name:tapa1b2c3d4", "incusbr0", "00:16:3e:12:34:56"), (card.Selector, card.Bridge, card.HardwareAddress));
        Assert.Equal([new IPAddress([10, 1, 2, 3])], card.Addresses);
        Assert.Contains($"{provider} config device set web1 eth0 host_name=NAME", card.Hint, StringComparison.Ordinal);
        var named = Assert.Single(Guest(found, "shop/db1").Cards);
        Assert.Equal(("name:db1-pub", null, null), (named.Selector, named.Bridge, named.Hint));
        Assert.Contains($"`{provider} --project shop config device set web1 eth0 host_name=NAME`", Assert.Single(Guest(found, "shop/web1").Cards).Hint, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Containers_of_Docker_are_found_by_the_bridge_of_their_network()
    {
        _machine.Serve("/var/run/docker.sock", target => target switch
        {
            "/networks" => """
                [{"Name":"bridge","Id":"b3a1c8e0d2f44d6f9b1e","Driver":"bridge","Options":{"com.docker.network.bridge.name":"docker0"}},
                 {"Name":"shop","Id":"0123456789abcdef0123","Driver":"bridge","Options":{}},{"Name":"host","Id":"ff","Driver":"host","Options":null}]
                """,
            "/containers/json?all=1" => """
                [{"Id":"c1","Names":["/web1"],"State":"running","NetworkSettings":{"Networks":{"bridge":{"NetworkID":"b3","MacAddress":"02:42:ac:11:00:02","IPAddress":"172.17.0.2","GlobalIPv6Address":""},
                  "shop":{"MacAddress":"02:42:ac:12:00:02","IPAddress":"172.18.0.2"}}}},
                 {"Id":"c2","Names":["/on-the-host"],"State":"exited","NetworkSettings":{"Networks":{"host":{"MacAddress":"","IPAddress":""}}}}]
                """,
            _ => "{}",
        });

        var found = await _machine.DiscoverAsync();
        Assert.Empty(found.Unseen);
        var web = Guest(found, "web1");
        Assert.Equal(["name:docker0", "name:br-0123456789ab"], web.Cards.Select(card => card.Selector));
        Assert.Equal([new IPAddress([172, 17, 0, 2])], web.Cards[0].Addresses);
        Assert.Contains("--this-host", web.Cards[0].Hint, StringComparison.Ordinal);
        var shared = Guest(found, "on-the-host");
        Assert.Equal((false, null), (shared.IsRunning, Assert.Single(shared.Cards).Selector));
    }

    private static IEnumerable<DiscoveredGuest> Told(Discovery found) => found.Guests.Where(guest => guest.Provider != "device");

    private static DiscoveredGuest Guest(Discovery found, string name) => Assert.Single(Told(found), guest => guest.Name == name);
}
