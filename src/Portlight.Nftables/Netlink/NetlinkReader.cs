using System.Runtime.InteropServices;

namespace Portlight.Nftables.Netlink;

/// <summary>Walks over the messages of one received datagram. Stops at the first that is cut short.</summary>
public ref struct NetlinkReader
{
    private ReadOnlySpan<byte> _rest;

    public NetlinkReader(ReadOnlySpan<byte> datagram) => _rest = datagram;

    public bool TryRead(out NetlinkMessage message)
    {
        message = default;
        if (_rest.Length < NetlinkMessage.HeaderLength)
        {
            return false;
        }

        var length = MemoryMarshal.Read<int>(_rest);
        if (length < NetlinkMessage.HeaderLength || length > _rest.Length)
        {
            return false;
        }

        message = new NetlinkMessage(_rest[..length]);
        _rest = _rest[Math.Min((length + 3) & ~3, _rest.Length)..];
        return true;
    }
}
