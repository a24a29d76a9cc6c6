using Portlight.Api;
using Portlight.Domain;
using Portlight.TestKit;
using Portlight.Wire;

namespace Portlight.Server.Tests.Tenants;

/// <summary>What somebody without a key can take: few connections of one source, little time, and no body that nobody has signed for.</summary>
public sealed class StrangerTests
{
    private const string GetInstances = "Lightsail_20161128.GetInstances";
    private static readonly byte[] Body = "{}"u8.ToArray();

    [Fact]
    public async Task A_source_has_so_many_connections_and_one_more_is_closed_at_once()
    {
        await using var server = await ServerHarness.StartAsync(options => options with { ConnectionsPerSource = 2 });
        using var signed = server.Request(GetInstances, Body);
        var first = RawRequest.To(server);
        await first.BeginAsync(signed, Body.Length);
        using var second = RawRequest.To(server);
        await second.BeginAsync(signed, Body.Length);

        using (var third = RawRequest.To(server))
        {
            Assert.True(await third.IsClosedAsync());
        }

        first.Dispose();
        await ReconnectAsync(server);
        await second.SendAsync("{}");
        Assert.Equal(200, await second.StatusAsync());
    }

    [Fact]
    public void Sources_are_counted_apart_and_an_IPv6_network_is_one()
    {
        var shares = new ConnectionShares(mostOfAll: 100, 2, []);
        Cidr Of(string address) => RefusalBrake.BlockOf(Cidr.TryParseAddress(address, out var parsed, out _) ? parsed : throw new FormatException(address));
        Assert.True(shares.TryEnter(Of("192.0.2.1")));
        Assert.True(shares.TryEnter(Of("192.0.2.2")));
        Assert.True(shares.TryEnter(Of("2001:db8::1")));
        Assert.True(shares.TryEnter(Of("2001:db8::ffff:1")));
        Assert.False(shares.TryEnter(Of("2001:db8::2")));
        Assert.True(shares.TryEnter(Of("2001:db8:0:1::2")));
        shares.Leave(Of("2001:db8::1"));
        Assert.True(shares.TryEnter(Of("2001:db8::2")));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void All_sources_together_have_a_bound_too_those_without_a_share_among_them(bool hasShare)
    {
        var shares = new ConnectionShares(mostOfAll: 3, 2, []);
        Cidr? Of(int number) => hasShare && Cidr.TryParseAddress($"198.51.100.{number}", out var address, out _) ? RefusalBrake.BlockOf(address) : null;
        Assert.Equal([true, true, true, false], Enumerable.Range(1, 4).Select(number => shares.TryEnter(Of(number))));
        shares.Leave(Of(1));
        Assert.Equal([true, false], Enumerable.Range(5, 2).Select(number => shares.TryEnter(Of(number))));
    }

    [Fact]
    public async Task A_body_that_does_not_come_in_time_is_not_waited_for()
    {
        await using var server = await ServerHarness.StartAsync();
        using var signed = server.Request(GetInstances, Body);
        using var raw = RawRequest.To(server);
        await raw.BeginAsync(signed, Body.Length);
        await raw.SendAsync("{");

        server.Clock.Advance(RequestBody.Deadline + TimeSpan.FromSeconds(1));

        Assert.Equal(400, await raw.StatusAsync());
    }

    [Fact]
    public async Task A_body_is_not_waited_for_where_the_head_has_no_signature_or_not_the_whole_of_one()
    {
        await using var server = await ServerHarness.StartAsync();
        foreach (var authorization in new[] { null, "Basic YWxpY2U6c2VjcmV0", "AWS4-HMAC-SHA256 Credential=AKIA/20261122/us-east-1/lightsail/aws4_request" })
        {
            using var unsigned = server.Request(GetInstances, Body);
            unsigned.Headers.Remove("Authorization");
            if (authorization is not null)
            {
                unsigned.Headers.TryAddWithoutValidation("Authorization", authorization);
            }

            using var raw = RawRequest.To(server);
            await raw.SendHeadAsync(unsigned, 200_000);
            Assert.Equal(400, await raw.StatusAsync()); // and not 100
        }
    }

    [Fact]
    public void An_account_pays_for_what_its_requests_have_cost_before_it_may_have_more()
    {
        var clock = new Microsoft.Extensions.Time.Testing.FakeTimeProvider();
        var share = new AccountShares(clock).Of("111122223333");
        share.Pay(steps: 5_000, request: 60_000, answer: 60_000); // an ordinary request
        Assert.Equal(TimeSpan.Zero, share.Overdrawn());
        share.Pay(AccountShares.StepsPerSecond * 3, 0, 0);
        Assert.InRange(share.Overdrawn().TotalSeconds, 2, 2.1);
        clock.Advance(TimeSpan.FromSeconds(2.1));
        Assert.Equal(TimeSpan.Zero, share.Overdrawn());
    }

    [Fact]
    public void Large_answers_that_wait_to_be_read_are_bounded_and_a_single_one_goes_through()
    {
        var share = new AccountShares(TimeProvider.System).Of("111122223333");
        share.Hold(AccountShares.MostHeld * 2);
        Assert.Throws<ThrottlingException>(() => share.Hold(1 << 20));
        share.Hold(60_000);
        share.Release(AccountShares.MostHeld * 2);
        for (var i = 0; i < AccountShares.MostHeld >> 20; i++)
        {
            share.Hold(1 << 20);
        }

        Assert.Throws<ThrottlingException>(() => share.Hold(1 << 20));
        share.Release(1 << 20);
        share.Hold(1 << 20);
    }

    /// <summary>The server learns that a connection is gone a moment later.</summary>
    private static Task ReconnectAsync(ServerHarness server) => Until.TrueAsync(
        async () =>
        {
            using var signed = server.Request(GetInstances, Body);
            using var raw = RawRequest.To(server);
            try
            {
                await raw.SendHeadAsync(signed, Body.Length);
                return await raw.StatusAsync() == 100;
            }
            catch (IOException)
            {
                return false; // closed before it was sent
            }
        },
        "a place for another connection");
}
