using System.Text;
using Portlight.Api;
using Portlight.Server.Tests.Sts;
using Portlight.Wire.SigV4;

namespace Portlight.Server.Tests.Access;

/// <summary>Guessing keys over HTTP: wrong signatures wait, right ones from the same address do not.</summary>
public sealed class GuessingTests
{
    private const string GetPorts = "Lightsail_20161128.GetInstancePortStates";
    private static readonly byte[] Body = Encoding.UTF8.GetBytes("""{"instanceName":"web-1"}""");

    [Fact]
    public async Task Wrong_secrets_unknown_keys_and_made_up_tokens_wait_alike_and_a_right_signature_never_does()
    {
        await using var server = await ServerHarness.StartAsync(options => options with { RefusalDelay = TimeSpan.FromSeconds(4) });
        AwsCredentials[] guesses =
        [
            server.Credentials with { SecretAccessKey = "wrong" },
            server.Credentials with { AccessKeyId = "AKIAAAAAAAAAAAAAAAA9" },
            server.Credentials with { SessionToken = "made-up" },
        ];
        for (var i = 0; i < RefusalBrake.Free; i++)
        {
            await server.SendRefusedAsync(server.Request(GetPorts, Body, guesses[i % guesses.Length]));
        }

        var waiting = guesses.Select(guess => server.SendRefusedAsync(server.Request(GetPorts, Body, guess))).ToList();
        for (var i = 0; i < 10; i++)
        {
            Assert.Equal("arn:aws:iam::111122223333:root", await server.WhoAsync(server.Credentials));
        }

        Assert.DoesNotContain(waiting, refusal => refusal.IsCompleted);
        await server.AdvanceUntilAsync(TimeSpan.FromMilliseconds(50), () => waiting.TrueForAll(refusal => refusal.IsCompleted), "the refusals");

        var types = (await Task.WhenAll(waiting)).Select(refusal => refusal.Error.Type);
        Assert.Equal(["InvalidSignatureException", "UnrecognizedClientException", "UnrecognizedClientException"], types);
    }

    [Fact]
    public async Task What_tries_no_secret_is_refused_at_once()
    {
        await using var server = await ServerHarness.StartAsync(options => options with { RefusalDelay = TimeSpan.FromSeconds(4) });

        for (var i = 0; i < 3 * RefusalBrake.Free; i++)
        {
            var (_, error) = await server.SendRefusedAsync(server.Request(GetPorts, Body, at: server.Clock.GetUtcNow().AddHours(-1)));
            Assert.StartsWith("Signature expired", error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Too_many_that_wait_are_throttled_with_a_time_to_come_back()
    {
        await using var server = await ServerHarness.StartAsync(options => options with { RefusalDelay = TimeSpan.FromSeconds(4) });
        var guess = server.Credentials with { SecretAccessKey = "wrong" };
        for (var i = 0; i < RefusalBrake.Free; i++)
        {
            await server.SendRefusedAsync(server.Request(GetPorts, Body, guess));
        }

        // One more than may wait: whichever comes last is throttled.
        var all = Enumerable.Range(0, RefusalBrake.MaxWaitingOfSource + 1).Select(_ => server.Http.SendAsync(server.Request(GetPorts, Body, guess), TestContext.Current.CancellationToken)).ToList();
        using var throttled = await await Task.WhenAny(all);

        Assert.Equal("ThrottlingException", Assert.Single(throttled.Headers.GetValues("x-amzn-errortype")));
        Assert.Equal(TimeSpan.FromSeconds(4), throttled.Headers.RetryAfter!.Delta);
        await server.AdvanceUntilAsync(TimeSpan.FromMilliseconds(50), () => all.TrueForAll(answer => answer.IsCompleted), "the refusals");
    }
}
