using Portlight.Cli.Verbs;
using Portlight.TestKit;
using Portlight.Wire.Lightsail;
using Portlight.Wire.PortlightApi;

namespace Portlight.Cli.Tests.Verbs;

/// <summary>What <c>portlight status</c> shows, and what a monitor concludes from its exit code.</summary>
public sealed class StatusTableTests
{
    private static readonly ServerStatus Kernel = new()
    {
        Version = "1.0",
        StartedAt = DateTimeOffset.UnixEpoch,
        Enforce = "kernel",
        Connections = "cut",
        Revision = 9,
        EmptyAliases = ["lightsail-connect"],
    };

    private static readonly AgentStatus Agent = new() { Host = "vm", Version = "1.0", IsConnected = true, DriftRepairs = 0 };

    [Fact]
    public void Everything_that_is_or_is_not_in_force_is_shown()
    {
        var status = new GetStatusResponse
        {
            Server = Kernel,
            Instances =
            [
                Instance("web-1", new() { Kind = "lab", NamespaceName = "pl-web-1" }) with { IpAddresses = ["203.0.113.4", "2001:db8::4"], PrivateIpAddress = "172.26.0.4", PortStates = [Tcp(22, "192.0.2.0/24"), Tcp(443)] },
                Instance("edge", new() { Kind = "host", PrivateCidrs = ["10.77.2.0/24"] }) with { PortStates = [Tcp(22) with { Cidrs = [], Ipv6Cidrs = [], CidrListAliases = ["lightsail-connect"] }] },
                Instance("vm-1", new() { Kind = "interface", InterfaceName = "vnet0" }) with { NotFiltered = "`vnet0` is a port of the bridge `br0`", AppliedRevision = null, PortStates = [Tcp(22)] },
                Instance("vm-2", new() { Kind = "interface", InterfaceName = "vnet1" }) with { Note = "waits for the interface `vnet1`" },
                Instance("vm-3", new() { Kind = "interface", InterfaceName = "vnet2" }) with { LastError = "the kernel refused", AppliedRevision = 3 },
                Instance("old", new() { Kind = "recorded" }) with { NotFiltered = "attached nowhere", AppliedRevision = null },
            ],
            Agents = [Agent with { DriftRepairs = 2 }, Agent with { Host = "lost", IsConnected = false, FailingSince = DateTimeOffset.UnixEpoch, LastError = "no [kernel]" }],
        };
        Golden.Match("status.txt", Shown(status));
    }

    [Fact]
    public void Other_servers_of_the_database_are_named_and_those_that_are_gone_are_a_finding_of_the_doctor()
    {
        var status = new GetStatusResponse
        {
            Server = Kernel with
            {
                OtherServers =
                [
                    new OtherServer { AgentAddress = "https://192.0.2.12:8581", IsThere = false, LastSeenAt = DateTimeOffset.UnixEpoch },
                    new OtherServer { AgentAddress = "https://192.0.2.13:8581", IsThere = true, LastSeenAt = DateTimeOffset.UnixEpoch },
                ],
            },
            Instances = [],
            Agents = [],
        };
        var shown = Shown(status);
        Assert.Contains("the server that agents reach at https://192.0.2.12:8581: gone, it said last at 1970-01-01 00:00:00Z that it is there", shown, StringComparison.Ordinal);
        Assert.Contains("the server that agents reach at https://192.0.2.13:8581: there", shown, StringComparison.Ordinal);
        var finding = Assert.Single(AttachmentChecks.Of(status));
        Assert.Equal(("servers", DoctorFinding.Warning), (finding.Subject, finding.Verdict));
        Assert.Contains("https://192.0.2.12:8581 is gone", finding.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Where_ports_are_only_recorded_nothing_is_called_applied()
    {
        var reason = "ports are only recorded: CAP_NET_ADMIN is missing";
        var shown = Shown(new()
        {
            Server = Kernel with { Enforce = "record", EnforceReason = "CAP_NET_ADMIN is missing" },
            Instances =
            [
                Instance("web-1", new() { Kind = "recorded" }) with { NotFiltered = reason, AppliedRevision = null },
                Instance("edge", new() { Kind = "host" }) with { NotFiltered = reason, AppliedRevision = null },
            ],
            Agents = [Agent],
        });
        Assert.Contains("no packet is filtered: CAP_NET_ADMIN is missing", shown, StringComparison.Ordinal);
        Assert.Equal(2, shown.Split("recorded only").Length - 1);
        Assert.Contains("nowhere (recorded)", shown, StringComparison.Ordinal);
        Assert.DoesNotContain("yes", shown, StringComparison.Ordinal);
    }

    [Fact]
    public void A_monitor_hears_of_what_is_attached_and_not_filtered_and_not_of_what_was_only_recorded()
    {
        Assert.True(StatusVerb.IsApplied(Instance("a", new() { Kind = "host" })));
        Assert.False(StatusVerb.IsApplied(Instance("a", new() { Kind = "host" }) with { NotFiltered = "why" }));
        Assert.False(StatusVerb.IsRecordOf(Instance("a", new() { Kind = "host" }) with { NotFiltered = "why" }));
        Assert.True(StatusVerb.IsRecordOf(Instance("a", new() { Kind = "recorded" }) with { NotFiltered = "why" }));
    }

    [Fact]
    public void Of_each_host_it_is_shown_how_far_its_kernel_is_and_what_its_clock_and_key_are()
    {
        var host = Agent with { Host = "fra-07", HostName = "fra-07", HostState = "active", WantedRevision = 9, AppliedRevision = 9, ClockOffsetMilliseconds = -4_999 };
        var behind = Lines(host with { Host = "ams-01", WantedRevision = 9, AppliedRevision = 7, ClockOffsetMilliseconds = -86_400_000 });
        var shared = Lines(host with { KeyProblem = "2 agents run with the key of fra-07" });

        Assert.Equal(["agent fra-07: connected, applied: everything"], Lines(host));
        Assert.Equal(["agent ams-01: connected, applied: at 7, wanted 9; its clock is 86400000 ms behind the server's"], behind);
        Assert.Equal(["agent fra-07: connected, applied: everything", "fra-07: 2 agents run with the key of fra-07"], shared);

        string[] Lines(AgentStatus agent) => [.. Shown(new() { Server = Kernel, Agents = [agent] }).TrimEnd('\n').Split('\n').SkipWhile(line => !line.StartsWith("agent ", StringComparison.Ordinal))];
    }

    [Fact]
    public void A_monitor_hears_of_a_host_that_is_away_or_whose_key_two_have_and_not_of_one_whose_agent_nobody_awaits()
    {
        var away = Agent with { HostName = "fra-07", HostState = "active", IsConnected = false, AwaySince = DateTimeOffset.UnixEpoch };
        Assert.True(HostTable.IsWell(Agent));
        Assert.False(HostTable.IsWell(away));
        Assert.False(HostTable.IsWell(Agent with { HostState = "draining", KeyProblem = "two" }));
        Assert.True(HostTable.IsWell(away with { HostState = "joining" }));
        Assert.True(HostTable.IsWell(away with { HostState = "revoked" }));
        Assert.Equal(("[yellow]has not joined yet[/]", "may not connect"), (HostTable.Contact(away with { HostState = "joining" }), HostTable.Contact(away with { HostState = "revoked" })));

        (string, string)[] found = [.. AttachmentChecks.Of(new() { Server = Kernel, Agents = [Agent, away, away with { HostState = "joining" }, Agent with { HostName = "ams-01", HostState = "active", KeyProblem = "two" }] }).Select(finding => (finding.Verdict, finding.Text))];
        Assert.Equal([("warning", "fra-07 is away since 1970-01-01 00:00:00Z: what was in force there stays so"), ("problem", "two")], found);
    }

    /// <summary>As each server of a shared database does, whose hosts filter.</summary>
    [Fact]
    public void Where_a_server_only_records_what_agents_filter_is_called_applied_and_what_they_do_not_filter_is_named()
    {
        var reason = "`serve --enforce record` was asked for";
        GetStatusResponse status = new()
        {
            Server = Kernel with { Enforce = "record", EnforceReason = reason },
            Instances =
            [
                Instance("vm-1", new() { Kind = "interface", InterfaceName = "vnet0", Host = "fra-07" }),
                Instance("vm-2", new() { Kind = "interface", InterfaceName = "vnet1", Host = "fra-07" }) with { NotFiltered = "there is no `vnet1`" },
            ],
            Agents = [Agent, Agent with { Host = "fra-07", HostName = "fra-07", HostState = "active" }],
        };
        var shown = Shown(status);
        Assert.Contains($"on this machine no packet is filtered: {reason}", shown, StringComparison.Ordinal);
        Assert.Contains("vm-2 is not filtered: there is no `vnet1`", shown, StringComparison.Ordinal);
        Assert.DoesNotContain("recorded only", shown, StringComparison.Ordinal);
        Assert.Equal([("problem", "vm-2 is not filtered as its ports say: there is no `vnet1`")], AttachmentChecks.Of(status).Select(finding => (finding.Verdict, finding.Text)));
        Assert.Equal([("ok", "1, all filtered as their ports say")], AttachmentChecks.Of(status with { Instances = [status.Instances[0]] }).Select(finding => (finding.Verdict, finding.Text)));

        var here = status with { Instances = [Instance("me", new() { Kind = "host" }) with { NotFiltered = $"ports are only recorded: {reason}" }] };
        Assert.Contains("recorded only", Shown(here), StringComparison.Ordinal);
        Assert.Equal([("problem", $"1 are attached to this machine and no packet is filtered: {reason}")], AttachmentChecks.Of(here).Select(finding => (finding.Verdict, finding.Text)));
    }

    [Fact]
    public void The_doctor_names_what_is_attached_and_not_filtered()
    {
        GetStatusResponse status = new()
        {
            Server = Kernel,
            Instances =
            [
                Instance("edge", new() { Kind = "host" }),
                Instance("vm-1", new() { Kind = "interface" }) with { NotFiltered = "a bridge" },
                Instance("vm-2", new() { Kind = "interface" }) with { Note = "waits" },
                Instance("vm-3", new() { Kind = "interface" }) with { LastError = "refused", AppliedRevision = 4 },
                Instance("web-1", new() { Kind = "lab" }) with { LastError = "IPv6 is switched off" },
            ],
            Agents = [Agent],
        };
        Assert.Equal(
            [("problem", "vm-1 is not filtered as its ports say: a bridge"), ("warning", "vm-2: waits"), ("problem", "vm-3 is not filtered as its ports say: refused"), ("warning", "web-1 is filtered as its ports say, but something else was refused: IPv6 is switched off")],
            AttachmentChecks.Of(status).Select(finding => (finding.Verdict, finding.Text)));
        Assert.Equal("ok", Assert.Single(AttachmentChecks.Of(status with { Instances = [status.Instances[0]] })).Verdict);

        var recording = status with { Server = Kernel with { Enforce = "record", EnforceReason = "no capability" } };
        Assert.Equal(("problem", "5 are attached and no packet is filtered: no capability"), (AttachmentChecks.Of(recording)[0].Verdict, AttachmentChecks.Of(recording)[0].Text));
        Assert.Equal("warning", AttachmentChecks.Of(recording with { Instances = [] })[0].Verdict);
    }

    private static InstanceStatus Instance(string name, Attachment attachment) => new()
    {
        Name = name,
        RegionName = "us-east-1",
        AccountId = "111122223333",
        State = "running",
        Attachment = attachment,
        DesiredRevision = 5,
        AppliedRevision = 5,
    };

    private static InstancePortState Tcp(int port, string source = "0.0.0.0/0") => new() { FromPort = port, ToPort = port, Protocol = "tcp", State = "open", Cidrs = [source], Ipv6Cidrs = source == "0.0.0.0/0" ? ["::/0"] : [], CidrListAliases = [] };

    private static string Shown(GetStatusResponse status)
    {
        using var text = new StringWriter();
        StatusTable.Write(text, new Uri("http://127.0.0.1:8580/"), status);
        // Where no terminal reads along, no line is padded and none is empty.
        Assert.All(text.ToString().TrimEnd('\n').Split('\n'), line => Assert.Equal((line.TrimEnd(), true), (line, line.Length > 0)));
        return text.ToString();
    }
}
