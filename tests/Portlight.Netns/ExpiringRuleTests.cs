using System.Buffers.Binary;
using Google.Protobuf;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Portlight.AgentStream.Agent;
using Portlight.AgentStream.Wire;
using Portlight.TestKit.Network;

namespace Portlight.Netns;

/// <summary>What becomes of packets when a time has passed for which a port was open, and no server says so.</summary>
public sealed class ExpiringRuleTests
{
    private const ulong Mark = 0x9E3779B97F4A7C15;

    [Fact]
    public async Task A_connection_that_was_let_in_for_a_time_ends_with_it_and_the_others_go_on()
    {
        using var scene = new Scene();
        var instance = scene.Put(Scene.Lab(9, Ports.Of("80/tcp; 443/tcp")));
        var inside = scene.Inside(instance);
        var clock = new FakeTimeProvider();
        using var kept = new KeptAgent(scene.Agent, new KeptSet([Until(instance.Revision, clock.GetUtcNow().AddSeconds(60))], null), clock, NullLogger.Instance);
        await kept.CompareAsync(TestContext.Current.CancellationToken);
        using var capture = PacketCapture.Arriving(inside);
        var probe = new PacketProbe(scene.FromClient, capture, scene.Replies(scene.FromClient, inside, Scene.PublicIpv4(9), Scene.PublicIpv6(9)));
        using var closing = new Echo(scene.Client, inside, "203.0.113.9", 80);
        using var staying = new Echo(scene.Client, inside, "203.0.113.9", 443);
        Assert.True(closing.Answers());
        var closed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        kept.Kept.Changed = (_, _) => closed.TrySetResult();

        clock.Advance(TimeSpan.FromSeconds(60));
        await closed.Task.WaitAsync(Deadline.Span, TestContext.Current.CancellationToken);

        Assert.Empty(probe.ArrivedAfter(() => closing.Send(MarkBytes()), Mark));
        Assert.False(probe.Passes(PacketTrial.Read("80/tcp from 198.51.100.1") with { Destination = Scene.PublicIpv4(9) }));
        Assert.True(staying.Answers());
    }

    private static Desired Until(long revision, DateTimeOffset at)
    {
        var state = new State
        {
            Needs = 1,
            Lab = new Lab(),
            IsRunning = true,
            NamespaceName = "pl-web-9",
            PublicAddresses = { Bytes(Scene.PublicIpv4(9)), Bytes(Scene.PublicIpv6(9)) },
            PrivateAddress = Bytes(Scene.Private(9)),
            PeerGroup = 1,
            Ports = { Everybody(80), Everybody(443) },
            Expiring = { new Expiring { At = at.ToUnixTimeMilliseconds(), Within = 60, Rules = { Everybody(80) } } },
            Host = "local",
        };
        return new Desired { Index = 9, Revision = revision, State = state.ToByteString() };
    }

    private static byte[] MarkBytes()
    {
        var bytes = new byte[8];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, Mark);
        return bytes;
    }

    private static PortRule Everybody(int port) =>
        new() { Protocol = "tcp", From = port, To = port, Sources = { ByteString.CopyFrom(new byte[5]), ByteString.CopyFrom(new byte[17]) } };

    private static ByteString Bytes(System.Net.IPAddress address) => ByteString.CopyFrom(address.GetAddressBytes());
}
