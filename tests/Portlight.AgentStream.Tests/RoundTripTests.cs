using System.Collections;
using System.Net;
using System.Reflection;
using CsCheck;
using Google.Protobuf;
using Portlight.AgentProtocol;
using Portlight.AgentStream.Wire;
using Portlight.Domain;
using Portlight.TestKit;
using PortRule = Portlight.Domain.PortRule;

namespace Portlight.AgentStream.Tests;

/// <summary>What is sent is what arrives: nothing that the shapes of the agent protocol say is lost on the way, and what is no message of ours is refused.</summary>
public sealed class RoundTripTests
{
    private static readonly Cidr Office = Block("198.51.100.0/24");
    private static readonly Cidr Campus = Block("2001:db8::/32");

    private static readonly DesiredInstance Full = new()
    {
        Index = 9,
        Revision = 77,
        Attachment = new Attachment.Lab { Host = "fra-07" },
        Ports = PortSet.Of(
            new PortRule(new PortKey(NetworkProtocol.Tcp, 22, 22), [Office, Cidr.AnyIpv4], [Campus], []),
            new PortRule(new PortKey(NetworkProtocol.Icmp, 8, -1), [Cidr.AnyIpv4], [], []),
            new PortRule(new PortKey(NetworkProtocol.Icmpv6, -1, -1), [], [Cidr.AnyIpv6], []),
            new PortRule(new PortKey(NetworkProtocol.Udp, 7000, 8000), [Office], [], []),
            new PortRule(new PortKey(NetworkProtocol.All, 0, 65535), [Office], [Campus], [])),
        Expiring =
        [
            Expires(new PortRule(new PortKey(NetworkProtocol.Tcp, 22, 22), [Office], [], []), 60), Expires(new PortRule(new PortKey(NetworkProtocol.Udp, 7000, 8000), [Office], [], []), 60),
            Expires(new PortRule(new PortKey(NetworkProtocol.Tcp, 22, 22), [], [Campus], []), 3600),
        ],
        IsRunning = true,
        NamespaceName = "pl-web-1",
        PublicAddresses = [Address("203.0.113.9"), Address("2001:db8::9")],
        PrivateAddress = Address("172.26.0.9"),
        PeerGroup = 3,
    };

    public static TheoryData<string> Attachments => [.. Kinds.Keys];

    private static Dictionary<string, Attachment> Kinds { get; } = new()
    {
        ["lab"] = new Attachment.Lab { Host = "a" },
        ["interface"] = new Attachment.Interface("vnet0", [Address("203.0.113.9")], [Office, Campus]) { Device = "fe:54:00:aa:bb:01", Selector = "mac:52:54:00:aa:bb:01", ClosedNames = ["vnet*"], Host = "a" },
        ["this host"] = new Attachment.ThisHost([Address("2001:db8::1")], [Campus]) { Host = "a" },
        ["recorded"] = new Attachment.Recorded { Host = "a" },
    };

    private static ExpiringRule Expires(PortRule rule, int seconds) => new()
    {
        Rule = rule,
        At = new DateTimeOffset(2026, 11, 22, 12, 0, 0, TimeSpan.Zero).AddSeconds(seconds),
        Within = TimeSpan.FromSeconds(seconds),
        OpenedBy = "",
        RequestId = "",
    };

    [Fact]
    public void Rules_from_everywhere_and_from_one_family_arrive_as_they_were()
    {
        var ports = PortSet.Of(
            PortRule.FromEverywhere(new PortKey(NetworkProtocol.Tcp, 443, 443)),
            PortRule.FromEverywhere(new PortKey(NetworkProtocol.Udp, 53, 60)),
            PortRule.FromEverywhere(new PortKey(NetworkProtocol.Icmp, 8, -1)),
            new PortRule(new PortKey(NetworkProtocol.Tcp, 80, 80), [Cidr.AnyIpv4], [], []),
            new PortRule(new PortKey(NetworkProtocol.Tcp, 81, 81), [], [Cidr.AnyIpv6], []),
            new PortRule(new PortKey(NetworkProtocol.Tcp, 82, 82), [Cidr.AnyIpv4], [Cidr.AnyIpv6, Campus], []));
        Assert.Equal(ports, States.Read(States.Write(Full with { Ports = ports })).Ports);
    }

    [Theory]
    [MemberData(nameof(Attachments))]
    public void An_instance_arrives_as_it_was_sent(string attachment)
    {
        var sent = Full with { Attachment = Kinds[attachment] };
        var read = States.Read(Desired.Parser.ParseFrom(States.Write(sent).ToByteArray()));
        Assert.Equal(Text(sent), Text(read));
        Assert.Equal(sent.Ports, read.Ports);
    }

    [Fact]
    public void Every_kind_of_attachment_and_every_property_is_tried()
    {
        Assert.Equal(typeof(Attachment).GetNestedTypes().Order(TypeName.Order), Kinds.Values.Select(kind => kind.GetType()).Order(TypeName.Order));
        var plain = new DesiredInstance { Index = 0, Revision = 0, Attachment = new Attachment.Recorded(), Ports = PortSet.Empty, IsRunning = false };
        Assert.DoesNotContain(typeof(DesiredInstance).GetProperties(), property => Text(property.GetValue(Full)) == Text(property.GetValue(plain)));
        foreach (var kind in Kinds.Values)
        {
            Assert.DoesNotContain(Settable(kind.GetType()), property => property.GetValue(kind) is null or "" or HostName.Local or ICollection { Count: 0 });
        }
    }

    [Fact]
    public void Reports_facts_and_status_arrive_as_they_were_sent()
    {
        AgentReport[] reports =
        [
            new AgentReport.Applied(1, 2), new AgentReport.Applied(1, 2) { Note = "waits", Problem = "IPv6 is off" }, new AgentReport.Unfiltered(1, 2, "it is in a bridge"),
            new AgentReport.Rejected(1, 2, "no room", null), new AgentReport.Rejected(9, 78, "no room", Full),
        ];
        Assert.Equal(typeof(AgentReport).GetNestedTypes().Order(TypeName.Order), reports.Select(report => report.GetType()).Distinct().Order(TypeName.Order));
        Assert.Equal(reports.Select(Text), reports.Select(report => Text(Reports.Read(Report.Parser.ParseFrom(Reports.Write(report).ToByteArray())))));

        var status = new AgentStatus(true, "drain", 7, new DateTimeOffset(2027, 1, 2, 3, 4, 5, TimeSpan.Zero).AddTicks(7), "refused") { Reason = "none", Protection = "owned", KernelRelease = "6.18", MakesLab = false, BridgeProblem = "no br_netfilter", LastDrift = DateTimeOffset.UnixEpoch.AddTicks(9) };
        Assert.Equal(status, Reports.Read(Status.Parser.ParseFrom(Reports.Write(status).ToByteArray())));
        // What the hello says, the server adds.
        string[] ofHello = [nameof(AgentStatus.Version), nameof(AgentStatus.ClockOffset), nameof(AgentStatus.ClosesExpired), nameof(AgentStatus.Run), nameof(AgentStatus.Address)];
        Assert.DoesNotContain(Settable(typeof(AgentStatus)), property => !ofHello.Contains(property.Name) && property.GetValue(status) is var value && (value is null or "" or 0L || Equals(value, property.Name == nameof(AgentStatus.MakesLab))));

        var process = new OwningProcess(12, "sshd");
        var inbound = new InboundConnection(new IPEndPoint(Address("198.51.100.7"), 50000), new IPEndPoint(Address("203.0.113.1"), 22)) { Process = process, IsSsh = true, User = "ada" };
        var facts = new AttachmentFacts("it is a bridge port", [new ListeningSocket("tcp", Address("::"), 22) { Process = process }])
        {
            Interface = new FoundInterface("vnet0", "fe:54:00:aa:bb:01"),
            Inbound = [inbound],
            OutboundConnections = 3,
            Translated = [new TranslatedPort("tcp", 80, 81, "172.17.0.2:8080"), new TranslatedPort("all", 0, 65535, null)],
            Unseen = ["the sockets of others"],
            AreProcessesHidden = true,
            IsMissing = true,
            Matching = ["vnet3"],
        };
        Assert.Equal(Text(facts), Text(FactMessages.Read(Facts.Parser.ParseFrom(FactMessages.Write(facts).ToByteArray()))));
        Assert.DoesNotContain(Settable(typeof(AttachmentFacts)), property => property.GetValue(facts) is null or "" or 0 or false or ICollection { Count: 0 });
        Assert.DoesNotContain(Settable(typeof(InboundConnection)), property => property.GetValue(inbound) is null or false);
    }

    [Fact]
    public void Guests_arrive_as_they_were_sent()
    {
        var card = new GuestCard("net0")
        {
            Interface = "vnet0",
            HardwareAddress = "52:54:00:aa:bb:01",
            Bridge = "virbr0",
            Addresses = [Address("192.0.2.1"), Address("2001:db8::1")],
            Selector = "mac:52:54:00:aa:bb:01",
            Problem = "it is a bridge port",
            Hint = "fix its name",
        };
        var guests = new Discovery([new DiscoveredGuest("libvirt", "web", true, [card, new GuestCard("net1")]), new DiscoveredGuest("docker", "db", false, [])], ["not read"]);
        var read = GuestMessages.Read(Guests.Parser.ParseFrom(GuestMessages.Write(guests).ToByteArray()));
        Assert.Equal(Text(guests), Text(read));
        Assert.DoesNotContain(Settable(typeof(GuestCard)), property => property.GetValue(card) is null or ICollection { Count: 0 });
    }

    /// <summary>An older build must not pass over what a newer one has said of who may come in.</summary>
    [Fact]
    public void A_state_that_needs_a_newer_reader_or_is_of_an_unknown_place_is_no_state()
    {
        var state = State.Parser.ParseFrom(States.Write(Full).State);
        state.Needs = States.Known + 1;
        Assert.Contains("upgrade", States.Problem(new Desired { State = state.ToByteString() }), StringComparison.Ordinal);
        state.Needs = 1;
        state.ClearAttachment();
        Assert.NotNull(States.Problem(new Desired { State = state.ToByteString() }));
    }

    /// <summary>What an agent says stands instead is stored, and every reader of the store goes by it.</summary>
    [Theory]
    [InlineData("tcp", 0, 65536)]
    [InlineData("tcp", 5, 3)]
    [InlineData("udp", -1, -1)]
    [InlineData("icmp", 256, -1)]
    [InlineData("icmp", -1, 0)]
    [InlineData("icmpv6", 1, -2)]
    [InlineData("all", -2, 65535)]
    [InlineData("all", 0, 65536)]
    public void A_rule_of_ports_that_there_are_not_is_no_state(string protocol, int from, int to)
    {
        var state = State.Parser.ParseFrom(States.Write(Full).State);
        Assert.Null(States.Problem(new Desired { State = state.ToByteString() }));
        (state.Ports[0].Protocol, state.Ports[0].From, state.Ports[0].To) = (protocol, from, to);
        Assert.Contains("ports that there are not", States.Problem(new Desired { State = state.ToByteString() }), StringComparison.Ordinal);
        state.Ports.RemoveAt(0);
        (state.Expiring[0].Rules[0].Protocol, state.Expiring[0].Rules[0].From, state.Expiring[0].Rules[0].To) = (protocol, from, to);
        Assert.NotNull(States.Problem(new Desired { State = state.ToByteString() }));
    }

    [Fact]
    public void Bytes_that_are_no_state_are_refused_and_never_a_fault_of_the_program() =>
        Gen.Select(Gen.Int[0, 400], Gen.Byte, Gen.Int[0, 400]).Sample((place, value, length) =>
        {
            var bytes = States.Write(Full).State.ToByteArray();
            bytes[place % bytes.Length] = value;
            _ = States.Problem(new Desired { State = ByteString.CopyFrom(bytes.AsSpan(0, Math.Min(length, bytes.Length))) });
        });

    /// <summary>What was written by this build must be read by every later one: these are the bytes of version 1.</summary>
    [Fact]
    public void The_bytes_of_version_1_stay_what_they_are()
    {
        var full = Full with { Expiring = [] }; // what came later is passed over by a reader that does not know it
        Golden.Match("state-1.hex", string.Concat(Convert.ToHexString(States.Write(full).ToByteArray()).Chunk(64).Select(line => new string(line) + "\n")));
        var kept = Convert.FromHexString(File.ReadAllText(Path.Combine(Folder(), "Golden", "state-1.hex")).ReplaceLineEndings(""));
        Assert.Equal(Text(full), Text(States.Read(Desired.Parser.ParseFrom(kept))));
    }

    private static string Folder([System.Runtime.CompilerServices.CallerFilePath] string file = "") => Path.GetDirectoryName(file)!;

    private static IEnumerable<PropertyInfo> Settable(Type type) => type.GetProperties().Where(property => property.SetMethod is not null);

    private static string Text(object? value) => value switch
    {
        null => "null",
        string or ValueType and not IEnumerable => value.ToString()!,
        PortSet ports => ports.ToString(),
        IPAddress or IPEndPoint => value.ToString()!,
        IEnumerable list => $"[{string.Join(", ", list.Cast<object>().Select(Text))}]",
        _ => $"{value.GetType().Name}({string.Join(", ", Settable(value.GetType()).Select(property => $"{property.Name} = {Text(property.GetValue(value))}"))})",
    };

    private static IPAddress Address(string text) => Cidr.TryParseAddress(text, out var address, out var problem) ? address : throw new ArgumentException(problem);

    private static Cidr Block(string text) => Cidr.TryParse(text, text.Contains(':', StringComparison.Ordinal) ? System.Net.Sockets.AddressFamily.InterNetworkV6 : System.Net.Sockets.AddressFamily.InterNetwork, out var block, out var problem)
        ? block
        : throw new ArgumentException(problem);

    private static class TypeName
    {
        internal static readonly IComparer<Type> Order = Comparer<Type>.Create((left, right) => string.CompareOrdinal(left.Name, right.Name));
    }
}
