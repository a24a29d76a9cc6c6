using System.Runtime.InteropServices;
using Portlight.Linux;
using Portlight.Nftables.Netlink;
using Portlight.TestKit;

namespace Portlight.Nftables.Tests.Netlink;

public sealed class NetlinkSocketTests
{
    private const ushort GetLink = 18;
    private const ushort RequestDump = 0x301;
    private const ushort RequestAck = 0x5;
    private const ushort InterfaceName = 3;

    [Fact]
    public void A_dump_of_the_links_names_the_loopback()
    {
        using var socket = NetlinkSocket.Open(NetlinkProtocol.Route);
        using var request = new NetlinkWriter();
        var sequence = socket.NextSequence();
        request.BeginMessage(GetLink, RequestDump, sequence);
        request.Raw(new byte[16]);
        request.EndMessage();

        var names = new List<string?>();
        socket.Dump(request, sequence, "cannot list links", message => names.Add(message.Attributes(16).TextOrNull(InterfaceName)));

        Assert.Contains("lo", names);
    }

    [Fact]
    public void A_refusal_carries_the_errno_and_its_name()
    {
        using var socket = NetlinkSocket.Open(NetlinkProtocol.Route);
        using var request = new NetlinkWriter();
        var sequence = socket.NextSequence();
        request.BeginMessage(GetLink, RequestAck, sequence);
        request.Raw(new byte[16]);
        request.Text(InterfaceName, "no-such-link");
        request.EndMessage();

        var refusal = Assert.Throws<NetlinkException>(() => socket.Request(request, sequence, "cannot find link `no-such-link`"));

        Assert.Equal(Errno.ENODEV, refusal.Errno);
        Assert.Contains("cannot find link `no-such-link`: ENODEV", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void After_a_listing_that_was_not_read_to_its_end_the_next_is_whole() => IsolatedNetwork.Run(() =>
    {
        const int links = 400; // more than fit into one datagram
        IsolatedNetwork.Execute("ip", "-batch -", string.Concat(Enumerable.Range(0, links).Select(i => $"link add d{i} type bridge\n")));
        using var socket = NetlinkSocket.Open(NetlinkProtocol.Route);
        using var request = new NetlinkWriter();
        FailingCall.OnOwnThread(SocketCall.Receive, Errno.ENOBUFS, fail =>
        {
            fail();
            Assert.Throws<NetlinkException>(() => CountLinks());
        });
        Assert.Equal(links + 1, CountLinks());

        int CountLinks()
        {
            request.Clear();
            var sequence = socket.NextSequence();
            request.BeginMessage(GetLink, RequestDump, sequence);
            request.Raw(new byte[16]);
            request.EndMessage();
            var seen = 0;
            socket.Dump(request, sequence, "cannot list links", message => seen++);
            return seen;
        }
    });

    [Fact]
    public void What_is_written_reads_back_the_same()
    {
        using var writer = new NetlinkWriter(16);
        writer.BeginMessage(0xa02, 0x405, 77);
        writer.Raw([1, 0, 0, 9]);
        writer.Text(1, "portlight");
        var nested = writer.BeginNested(2);
        writer.U32BigEndian(1, 0x01020304);
        writer.U16(3, 515);
        writer.Bytes(4, [9, 8, 7]);
        writer.Flag(5);
        writer.EndNested(nested);
        writer.EndMessage();

        var reader = new NetlinkReader(writer.Written);
        Assert.True(reader.TryRead(out var message));
        Assert.Equal((0xa02, 0x405, 77u), (message.Type, message.Flags, message.Sequence));
        Assert.Equal([1, 0, 0, 9], message.Payload[..4].ToArray());
        Assert.Equal("portlight", message.Attributes(4).TextOrNull(1));
        Assert.True(message.Attributes(4).TryGet(2, out var list));
        Assert.Equal(0x01020304u, list.Nested.U32BigEndianOrNull(1));
        Assert.True(list.Nested.TryGet(3, out var number) && number.U16 == 515);
        Assert.True(list.Nested.TryGet(4, out var bytes) && bytes.Value.SequenceEqual<byte>([9, 8, 7]));
        Assert.True(list.Nested.TryGet(5, out var flag) && flag.Value.IsEmpty);
        Assert.False(reader.TryRead(out _));
    }

    [Fact]
    public void A_datagram_cut_short_yields_no_message()
    {
        var header = new byte[16];
        var claimed = 400;
        MemoryMarshal.Write(header, in claimed);
        var reader = new NetlinkReader(header);
        Assert.False(reader.TryRead(out _));
    }
}
