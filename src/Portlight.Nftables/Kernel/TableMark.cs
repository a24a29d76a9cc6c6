using System.Text;
using Portlight.Domain;

namespace Portlight.Nftables.Kernel;

/// <summary>
/// What the table itself carries: the installation that it belongs to, as a comment that <c>nft list</c> shows, and its flags. The kernel takes a comment
/// only when it makes a table; the flags of a table that its owner has left can be set again.
/// </summary>
internal sealed class TableMark(InstallationId installation, TableProtection protection, uint portId)
{
    internal const uint Persist = 0x4; // NFT_TABLE_F_PERSIST

    private const uint Owner = 0x2; // NFT_TABLE_F_OWNER
    private const byte CommentType = 0; // libnftnl, NFTNL_UDATA_TABLE_COMMENT
    private const string CommentStart = "portlight installation ";

    internal uint Flags => protection == TableProtection.Owned ? Owner | Persist : 0;

    /// <summary>Type, length and text with its zero, as libnftnl writes a comment.</summary>
    internal byte[] Userdata { get; } = Comment(installation);

    /// <summary>The table is ours and protected as we want it.</summary>
    internal bool IsOn(ActualTable actual) =>
        actual.Installation == installation && actual.Flags == Flags && (protection == TableProtection.Watched || actual.OwnerPortId == portId);

    /// <summary>The table is ours, and the socket that owned it is gone: it can be owned again as it stands.</summary>
    internal bool IsOnAnOrphan(ActualTable actual) =>
        protection == TableProtection.Owned && actual.Installation == installation && actual.Flags == Persist;

    /// <summary>The installation that a table's userdata names; null when it names none.</summary>
    internal static InstallationId? Read(ReadOnlySpan<byte> userdata)
    {
        while (userdata.Length >= 2 && userdata.Length >= 2 + userdata[1])
        {
            if (userdata[0] == CommentType)
            {
                var text = Encoding.UTF8.GetString(userdata.Slice(2, userdata[1])).TrimEnd('\0');
                return text.StartsWith(CommentStart, StringComparison.Ordinal) && InstallationId.TryParse(text.AsSpan(CommentStart.Length), out var id) ? id : null;
            }

            userdata = userdata[(2 + userdata[1])..];
        }

        return null;
    }

    private static byte[] Comment(InstallationId installation)
    {
        var text = Encoding.UTF8.GetBytes($"{CommentStart}{installation}\0");
        return [CommentType, (byte)text.Length, .. text];
    }
}
