using System.Collections.Immutable;
using System.Net;

namespace Portlight.Domain;

/// <summary>Where the packets of an instance pass, and so where they are filtered. A closed hierarchy.</summary>
public abstract record Attachment
{
    private Attachment()
    {
    }

    /// <summary>Name of the host whose agent filters there. An instance stays on its host: it goes elsewhere by being detached and attached again.</summary>
    public string Host { get; init; } = HostName.Local;

    /// <summary>The addresses that an attached machine brings along; none for what Portlight made itself.</summary>
    public ImmutableArray<IPAddress> BroughtAddresses => this switch
    {
        Interface { Addresses.IsDefault: false } at => at.Addresses,
        ThisHost { Addresses.IsDefault: false } at => at.Addresses,
        _ => [],
    };

    /// <summary>Networks whose packets are not filtered, as the rule that they amount to; null where there are none.</summary>
    public PortRule? PrivateRule
    {
        get
        {
            var sources = this switch { Interface at => at.PrivateSources, ThisHost at => at.PrivateSources, _ => default };
            return sources.IsDefaultOrEmpty
                ? null
                : new PortRule(Everything, [.. sources.Where(source => source.Width == 32)], [.. sources.Where(source => source.Width == 128)], []);
        }
    }

    private static PortKey Everything => new(NetworkProtocol.All, 0, 65535);

    /// <summary>Whatever comes in by it when these ports are open: the networks that are not filtered are one more rule. The ports themselves where there are none.</summary>
    public PortSet LetIn(PortSet ports) => PrivateRule is { } rule ? PortSet.Of([.. ports.Rules, rule]) : ports;

    /// <summary>
    /// Whether packets that pass here would pass there: the same machine, or an interface of it of the same name and, as far as both are known, the same device; or what
    /// selects one selects the other. Of one instance: what Portlight made for it, or nothing, is the same place as ever.
    /// </summary>
    public bool IsSamePlace(Attachment other) => Host == other.Host && (this, other) switch
    {
        (ThisHost, ThisHost) or (Lab, Lab) or (Recorded, Recorded) => true,
        (Interface one, Interface two) => one.IsSelectedLike(two)
            || (one.Name.Length > 0 && one.Name == two.Name && (one.Device is null || two.Device is null || one.Device == two.Device)),
        _ => false,
    };

    /// <summary>Whether to attach there instead is to detach something: it is another place, or a name of other interfaces is not closed any more.</summary>
    public bool IsDetachedBy(Attachment next) =>
        !IsSamePlace(next) || (this is Interface { ClosedNames: var closed } && !closed.All(name => next is Interface nic && nic.ClosedNames.Any(wider => NamePattern.Covers(wider, name))));

    /// <summary>A network namespace that Portlight makes, with a veth pair whose host side is filtered.</summary>
    public sealed record Lab : Attachment;

    /// <summary>The host side of a VM's or container's NIC, by name: what leaves by it is filtered, forwarded or sent by the host itself.</summary>
    /// <param name="Name">The interface, as the kernel knows it (at most 15 bytes); empty where <see cref="Selector"/> finds it.</param>
    /// <param name="Addresses">The public addresses that the instance shows.</param>
    /// <param name="PrivateSources">Networks from which everything comes in.</param>
    public sealed record Interface(string Name, ImmutableArray<IPAddress> Addresses, ImmutableArray<Cidr> PrivateSources) : Attachment
    {
        /// <summary>
        /// Which device had the name when it was attached: its hardware address, as <c>fe:54:00:aa:bb:01</c>. Null: whichever device has the name.
        /// </summary>
        public string? Device { get; init; }

        /// <summary>What finds the device instead of the name (<see cref="InterfaceSelector"/>), whenever there is one; null where the name does.</summary>
        public string? Selector { get; init; }

        /// <summary>Names of interfaces to which nothing gets while this is attached, unless they are attached themselves (<see cref="NamePattern"/>).</summary>
        public ImmutableArray<string> ClosedNames { get; init; } = [];

        /// <summary>Whether one of the two is attached by a selector that finds the other's device, too.</summary>
        internal bool IsSelectedLike(Interface other) => (Selector, other.Selector) switch
        {
            (null, null) => false,
            ({ } selector, null) => InterfaceSelector.Selects(selector, other.Device),
            (null, { } selector) => InterfaceSelector.Selects(selector, Device),
            ({ } one, { } two) => InterfaceSelector.Overlap(one, two),
        };

        /// <summary>Whether the two cannot be attached at once: a name closes whatever has it, and a selector is one instance's.</summary>
        public bool IsTakenBy(Interface other) => IsSelectedLike(other) || (Name.Length > 0 && Name == other.Name);
    }

    /// <summary>The machine itself: what arrives for one of its addresses is filtered before destination NAT.</summary>
    public sealed record ThisHost(ImmutableArray<IPAddress> Addresses, ImmutableArray<Cidr> PrivateSources) : Attachment;

    /// <summary>Not attached: ports are stored and answered and no packet is touched (<c>--enforce record</c>).</summary>
    public sealed record Recorded : Attachment;
}
