using System.IO.Hashing;
using System.Text;

namespace Portlight.Nftables.Compiling;

/// <summary>
/// One rule: its expressions as they go to the kernel, and its userdata: the comment that `nft` prints and a digest of both. The kernel gives userdata
/// back as it was, so a rule is ours and unchanged if its digest is the one expected at its place; the expressions need not be read back.
/// </summary>
internal sealed class RuleSpec
{
    private const byte CommentTag = 0;
    // A tag that nftables does not know and therefore skips (libnftnl, nftnl_udata_rule_types).
    private const byte DigestTag = 0xd1;
    // It finds what differs by accident or by another build, of what this program has written, and protects from nobody: no hash of TLS's library, which takes longer to load than the
    // rules to be in force (docs/decisions/0103).
    private const int DigestLength = sizeof(ulong);

    internal RuleSpec(string comment, byte[] expressions)
    {
        Expressions = expressions;
        var text = Encoding.ASCII.GetBytes(comment);
        var digest = XxHash3.Hash([.. text, 0, .. expressions]);
        Userdata = [CommentTag, (byte)(text.Length + 1), .. text, 0, DigestTag, DigestLength, .. digest];
    }

    internal byte[] Expressions { get; }

    internal byte[] Userdata { get; }
}

/// <summary>Where a base chain is hooked in: enum nf_inet_hooks and a priority.</summary>
internal readonly record struct HookSpec(uint Hook, int Priority)
{
    /// <summary>Between connection tracking (−200) and destination NAT (−100): the state is known and the port is still the published one.</summary>
    internal static readonly HookSpec BeforeDestinationNat = new(0, -150);

    /// <summary>What is delivered to this machine.</summary>
    internal static readonly HookSpec Delivery = new(1, 0);

    /// <summary>What this machine sends, after connection tracking.</summary>
    internal static readonly HookSpec Sending = new(3, -150);

    /// <summary>What is passed on, behind what others do to its mark.</summary>
    internal static readonly HookSpec PassingOn = new(2, 300);

    /// <summary>What this machine sends, behind what others do to its mark.</summary>
    internal static readonly HookSpec SendingLast = new(3, 300);

    /// <summary>In the family bridge: a frame has come in by a port, and br_netfilter (0) has not seen it yet.</summary>
    internal static readonly HookSpec BeforeBridgeNetfilter = new(0, -1);

    /// <summary>In the family bridge: every frame on its way out by a port, whether bridged, routed or sent from here.</summary>
    internal static readonly HookSpec LeavingByPort = new(4, -200);

    /// <summary>Behind every change of route, before source NAT (100) and before a new connection is confirmed: the interface is the one the packet leaves by.</summary>
    internal static readonly HookSpec Leaving = new(4, 0);
}

/// <summary>A chain and its rules, in order. Without a hook it is jumped to.</summary>
internal sealed record ChainSpec(string Name, HookSpec? Hook, IReadOnlyList<RuleSpec> Rules);
