namespace Portlight.Server.Tests.Tenants;

/// <summary>A caller can hold back the last byte of a request: what has expired by the time that it comes is expired.</summary>
public sealed class LateBodyTests
{
    [Fact]
    public async Task A_deadline_of_a_policy_counts_when_the_body_has_come_and_not_when_the_head_has()
    {
        await using var server = await ServerHarness.StartAsync();
        var deadline = server.Clock.GetUtcNow() + TimeSpan.FromSeconds(5);
        var alice = await server.AddUserAsync("alice", [
            $$"""{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"DateLessThan":{"aws:CurrentTime":"{{deadline:yyyy-MM-ddTHH:mm:ssZ}}"} } }]}""",
        ]);
        Assert.Equal(200, await StatusAsync(TimeSpan.Zero));
        Assert.Equal(400, await StatusAsync(TimeSpan.FromSeconds(6)));

        async Task<int?> StatusAsync(TimeSpan late)
        {
            var body = "{}"u8.ToArray();
            using var signed = server.Request("Lightsail_20161128.GetInstances", body, alice);
            using var raw = RawRequest.To(server);
            await raw.BeginAsync(signed, body.Length);
            server.Clock.Advance(late);
            await raw.SendAsync("{}");
            return await raw.StatusAsync();
        }
    }
}
