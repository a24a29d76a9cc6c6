using System.Collections.Immutable;
using System.Net.Sockets;
using Google.Protobuf;
using Portlight.AgentProtocol;
using Portlight.Domain;

namespace Portlight.AgentStream.Wire;

/// <summary>A desired instance as a message, and back.</summary>
internal static class States
{
    /// <summary>The highest <c>needs</c> of a state that this build reads.</summary>
    internal const uint Known = 2;

    /// <summary>Of an interface that is found by a selector, or that closes others: a reader that passes over it would look for one without a name, or leave them open.</summary>
    private const uint NeedsSelectors = 2;

    /// <summary>The sources of a rule that names none.</summary>
    private static readonly ByteString[] Everywhere = [Blocks.Write(Cidr.AnyIpv4), Blocks.Write(Cidr.AnyIpv6)];

    /// <summary>The most bytes of one instance, so that it fits into a message.</summary>
    internal const int MaxLength = 3 << 20;

    /// <exception cref="AgentException">One is too long to be sent.</exception>
    internal static List<Desired> Write(IReadOnlyList<DesiredInstance> all, string host)
    {
        var written = new List<Desired>(all.Count);
        foreach (var instance in all)
        {
            var desired = Write(instance);
            written.Add(desired.State.Length <= MaxLength
                ? desired
                : throw new AgentException($"instance {instance.Index} has {desired.State.Length} bytes of ports, and {MaxLength} can be sent to the host {host}"));
        }

        return written;
    }

    internal static Desired Write(DesiredInstance instance) => new() { Index = instance.Index, Revision = instance.Revision, State = ToState(instance).ToByteString() };

    /// <summary>Where an instance is, alone.</summary>
    internal static State Write(Attachment attachment)
    {
        var state = new State { Needs = attachment is Attachment.Interface { Selector: not null } or Attachment.Interface { ClosedNames.IsDefaultOrEmpty: false } ? NeedsSelectors : 1, Host = attachment.Host };
        switch (attachment)
        {
            case Attachment.Lab:
                state.Lab = new Lab();
                break;
            case Attachment.Interface at:
                state.Interface = new Interface
                {
                    Name = at.Name,
                    Addresses = { Given(at.Addresses).Select(Blocks.Write) },
                    PrivateSources = { Given(at.PrivateSources).Select(Blocks.Write) },
                    Device = at.Device ?? "",
                    Selector = at.Selector ?? "",
                    ClosedNames = { Given(at.ClosedNames) },
                };
                break;
            case Attachment.ThisHost at:
                state.ThisHost = new ThisHost { Addresses = { Given(at.Addresses).Select(Blocks.Write) }, PrivateSources = { Given(at.PrivateSources).Select(Blocks.Write) } };
                break;
            default:
                state.Recorded = new Recorded();
                break;
        }

        return state;
    }

    /// <summary>Reads an instance, once.</summary>
    /// <exception cref="StreamFaultException">It is none, or says what a newer build knows and this one may not pass over.</exception>
    internal static DesiredInstance Read(Desired desired) => desired.Instance ??= ReadState(desired);

    private static DesiredInstance ReadState(Desired desired)
    {
        State state;
        try
        {
            state = State.Parser.ParseFrom(desired.State);
        }
        catch (InvalidProtocolBufferException)
        {
            throw new StreamFaultException($"the state of instance {desired.Index} cannot be read");
        }

        return new DesiredInstance
        {
            Index = desired.Index,
            Revision = desired.Revision,
            Attachment = ReadAttachment(state),
            Ports = PortSet.Of(state.Ports.Select(ReadRule)),
            Expiring = [.. state.Expiring.SelectMany(ReadExpiring)],
            IsRunning = state.IsRunning,
            NamespaceName = state.NamespaceName.Length > 0 ? state.NamespaceName : null,
            PublicAddresses = Blocks.ReadAddresses(state.PublicAddresses),
            PrivateAddress = state.PrivateAddress.IsEmpty ? null : Blocks.ReadAddress(state.PrivateAddress),
            PeerGroup = state.PeerGroup,
        };
    }

    /// <summary>Why an instance cannot be read; null when it can.</summary>
    internal static string? Problem(Desired desired)
    {
        try
        {
            Read(desired);
            return null;
        }
        catch (StreamFaultException fault)
        {
            return fault.Message;
        }
    }

    /// <summary>Whether it is the machine itself, as far as can be read.</summary>
    internal static bool IsThisHost(Desired desired) => Problem(desired) is null && Read(desired).Attachment is Attachment.ThisHost;

    /// <exception cref="StreamFaultException">There is none, or one that this build does not know.</exception>
    internal static Attachment ReadAttachment(State state)
    {
        Attachment attachment = (state.Needs <= Known ? state.AttachmentCase : State.AttachmentOneofCase.None) switch
        {
            State.AttachmentOneofCase.Lab => new Attachment.Lab(),
            State.AttachmentOneofCase.Interface => new Attachment.Interface(
                state.Interface.Name, Blocks.ReadAddresses(state.Interface.Addresses), Blocks.ReadBlocks(state.Interface.PrivateSources))
            {
                Device = state.Interface.Device.Length > 0 ? state.Interface.Device : null,
                Selector = ReadSelector(state.Interface.Selector),
                ClosedNames = state.Interface.ClosedNames.All(NamePattern.IsValid) ? [.. state.Interface.ClosedNames] : throw new StreamFaultException("an interface closes what is no name"),
            },
            State.AttachmentOneofCase.ThisHost => new Attachment.ThisHost(Blocks.ReadAddresses(state.ThisHost.Addresses), Blocks.ReadBlocks(state.ThisHost.PrivateSources)),
            State.AttachmentOneofCase.Recorded => new Attachment.Recorded(),
            _ => throw new StreamFaultException("the agent is older than the server and does not know what it was told: upgrade it"),
        };
        return attachment with { Host = state.Host };
    }

    private static string? ReadSelector(string text) => text.Length == 0 ? null
        : InterfaceSelector.TryParse(text, out var selector) ? selector
        : throw new StreamFaultException("an interface is selected by what is no selector");

    private static State ToState(DesiredInstance instance)
    {
        var state = Write(instance.Attachment);
        state.Ports.AddRange(instance.Ports.Rules.Select(ToMessage));
        state.Expiring.AddRange(instance.Expiring.GroupBy(one => (At: one.At.ToUnixTimeMilliseconds(), one.Within)).Select(together => new Expiring
        {
            At = together.Key.At,
            Within = (long)together.Key.Within.TotalSeconds,
            Rules = { together.Select(one => ToMessage(one.Rule)) },
        }));
        state.IsRunning = instance.IsRunning;
        state.NamespaceName = instance.NamespaceName ?? "";
        state.PublicAddresses.AddRange(Given(instance.PublicAddresses).Select(Blocks.Write));
        state.PrivateAddress = instance.PrivateAddress is { } address ? Blocks.Write(address) : ByteString.Empty;
        state.PeerGroup = instance.PeerGroup;
        return state;
    }

    // Aliases are resolved by then; one that were left would let in nobody.
    private static PortRule ToMessage(Domain.PortRule rule) => new()
    {
        Protocol = rule.Protocol.ToWire(),
        From = rule.FromPort,
        To = rule.ToPort,
        Sources = { rule.Ipv4Sources.Concat(rule.Ipv6Sources).Select(Blocks.Write) },
    };

    private static Domain.PortRule ReadRule(PortRule rule)
    {
        if (!NetworkProtocolText.TryParse(rule.Protocol, out var protocol))
        {
            throw new StreamFaultException("a rule is of a protocol that is not known");
        }

        if (!HasPorts(protocol, rule.From, rule.To))
        {
            throw new StreamFaultException("a rule is of ports that there are not");
        }

        var key = new PortKey(protocol, rule.From, rule.To);
        if (protocol is NetworkProtocol.Tcp or NetworkProtocol.Udp && rule.Sources.SequenceEqual(Everywhere))
        {
            // What nearly all rules are: the blocks of all of them are the same two, which a start with thousands of instances feels.
            return Domain.PortRule.FromEverywhere(key);
        }

        var (ipv4, ipv6) = (ImmutableArray.CreateBuilder<Cidr>(), ImmutableArray.CreateBuilder<Cidr>());
        foreach (var source in rule.Sources)
        {
            var block = Blocks.ReadBlock(source);
            (block.Family == AddressFamily.InterNetwork ? ipv4 : ipv6).Add(block);
        }

        return new Domain.PortRule(key, ipv4.DrainToImmutable(), ipv6.DrainToImmutable(), []);
    }

    /// <summary>Of ICMP they are a type and a code; of the protocols without ports they narrow nothing, and are as they were given.</summary>
    private static bool HasPorts(NetworkProtocol protocol, int from, int to) => protocol switch
    {
        NetworkProtocol.Tcp or NetworkProtocol.Udp => from >= 0 && from <= to && to <= ushort.MaxValue,
        NetworkProtocol.All => from >= -1 && from <= to && to <= ushort.MaxValue,
        _ => from is >= -1 and <= byte.MaxValue && to is >= -1 and <= byte.MaxValue && (from >= 0 || to == -1),
    };

    /// <summary>The callers that opened them are the server's to know.</summary>
    private static IEnumerable<ExpiringRule> ReadExpiring(Expiring together) => together.At is < 0 or > 253402300799999 || together.Within is < 0 or > int.MaxValue
        ? throw new StreamFaultException("a time at which something expires cannot be read")
        : together.Rules.Select(rule => new ExpiringRule
        {
            Rule = ReadRule(rule),
            At = DateTimeOffset.FromUnixTimeMilliseconds(together.At),
            Within = TimeSpan.FromSeconds(together.Within),
            OpenedBy = "",
            RequestId = "",
        });

    private static ImmutableArray<T> Given<T>(ImmutableArray<T> all) => all.IsDefault ? [] : all;
}
