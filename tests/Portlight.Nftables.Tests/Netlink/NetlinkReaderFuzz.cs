using CsCheck;
using Portlight.Nftables.Netlink;
using Portlight.TestKit.Fuzzing;

namespace Portlight.Nftables.Tests.Netlink;

/// <summary>Datagrams of a kernel (Linux 6.x: tables, chains, rules, sets, elements, links, addresses, routes, refusals), changed: whatever comes is walked to its end and read within its bounds.</summary>
public sealed class NetlinkReaderFuzz
{
    private const int DeepestNesting = 12;

    private static readonly IReadOnlyList<byte[]> Datagrams = Corpus.Load("datagrams");

    [Fact]
    public void A_datagram_is_walked_to_its_end_and_read_within_its_bounds_whatever_it_holds()
    {
        byte[][] words = [[0, 0, 0, 0], [255, 255, 255, 255], [4, 0], [3, 0], [16, 0, 0, 0], [15, 0, 0, 0], [255, 255, 255, 127], [0, 0x80], [0xff, 0xff]];
        Mutations.Of(Datagrams, words).Sample(datagram =>
        {
            var reader = new NetlinkReader(datagram);
            var left = datagram.Length;
            while (reader.TryRead(out var message))
            {
                left -= 16 + message.Payload.Length;
                Assert.True(left >= 0, "more was read than came");
                foreach (var header in (ReadOnlySpan<int>)[4, 8, 12, 16])
                {
                    Walk(message.Attributes(header), message.Payload.Length, 0);
                }
            }
        }, iter: Mutations.Count, print: Convert.ToHexString);
    }

    [Fact]
    public void What_the_kernel_sent_is_read_whole() => Assert.All(Datagrams, datagram =>
    {
        var reader = new NetlinkReader(datagram);
        var read = 0;
        while (reader.TryRead(out var message))
        {
            read += (16 + message.Payload.Length + 3) & ~3;
        }

        Assert.Equal(datagram.Length, read);
    });

    private static void Walk(NetlinkAttributes attributes, int room, int depth)
    {
        foreach (var attribute in attributes)
        {
            room -= 4 + attribute.Value.Length;
            Assert.True(room >= 0, "attributes are longer than what holds them");
            _ = attribute.Text;
            _ = attributes.TextOrNull(attribute.Type);
            _ = attributes.U32BigEndianOrNull(attribute.Type);
            if (depth < DeepestNesting)
            {
                Walk(attribute.Nested, attribute.Value.Length, depth + 1);
            }
        }
    }
}
