using System.Globalization;
using System.Text;

namespace Portlight.Server.Tests.Tenants;

/// <summary>
/// An honest account beside a hostile one, in one server: how long the Puts of the honest one take while nobody else is there, and while the other tries to take the
/// server from another process, in turn. Here on a machine that others use, for less than half a second each, so that only a stop of seconds is seen. With PORTLIGHT_STORM=1, for longer,
/// with the data on a disk and with every processor busy in both, as the hostile account's own sending makes them, and the 99th percentile has to stay within twice its quiet one;
/// PORTLIGHT_STORM_IDLE=1 leaves the processors to it, and only measures. bench/README.md has the figures of both.
/// </summary>
public sealed class HostileTenantTests
{
    private static readonly bool IsLong = Environment.GetEnvironmentVariable("PORTLIGHT_STORM") == "1";
    private static readonly bool IsIdle = Environment.GetEnvironmentVariable("PORTLIGHT_STORM_IDLE") == "1";
    private static readonly TimeSpan Phase = TimeSpan.FromSeconds(IsLong ? 4 : 0.4);
    private static readonly int Rounds = IsLong ? 3 : 1;

    public static TheoryData<string> Ways => [.. HostileWays.Names];

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task The_writes_of_one_account_are_hardly_slower_while_another_does_its_worst(string way)
    {
        await using var server = await ServerHarness.StartInRealTimeAsync();
        using var tenant = await HostileTenant.CreateAsync(server, await server.AddInstanceAsync("web-1"));
        using var honest = new RawCaller(server.Endpoint);
        byte[][] puts = [Put(server, 80), Put(server, 443)];
        await OnThreadAsync(() => Puts(honest, puts, TimeSpan.FromSeconds(0.3))); // what is done once is done

        using var busy = IsLong && !IsIdle ? new BusyProcessors() : null;
        var (quiet, loud) = (new List<double>(), new List<double>());
        var memory = Environment.WorkingSet;
        for (var round = 0; round < Rounds; round++)
        {
            quiet.AddRange(await OnThreadAsync(() => Puts(honest, puts, Phase)));
            await tenant.BeginAsync(way);
            loud.AddRange(await OnThreadAsync(() => Puts(honest, puts, Phase)));
            await tenant.EndAsync();
        }

        var grown = (Environment.WorkingSet - memory) >> 20;
        var (before, during) = (Percentile(quiet, 0.99), Percentile(loud, 0.99));
        var figures = string.Create(
            CultureInfo.InvariantCulture,
            $"{way}: median {Percentile(quiet, 0.5):F2} → {Percentile(loud, 0.5):F2} ms, 99th percentile {before:F2} → {during:F2} ms, most {quiet.Max():F1} → {loud.Max():F1} ms, of {quiet.Count} and {loud.Count} Puts; {grown} MB more");
        TestContext.Current.TestOutputHelper?.WriteLine(figures);
        Assert.True(during <= (2 * before) + (IsLong && !IsIdle ? 0 : 2_000), figures);
        Assert.True(loud.Max() < 10_000, figures);
        Assert.True(grown < 400, figures);
    }

    private static byte[] Put(ServerHarness server, int port)
    {
        var body = Encoding.ASCII.GetBytes($$"""{"instanceName":"web-1","portInfos":[{"fromPort":{{port}},"toPort":{{port}},"protocol":"tcp"}]}""");
        using var signed = server.Request("Lightsail_20161128.PutInstancePublicPorts", body);
        return RawCaller.BytesOf(signed, body);
    }

    private static List<double> Puts(RawCaller caller, byte[][] puts, TimeSpan duration)
    {
        var took = new List<double>();
        var began = TimeProvider.System.GetTimestamp();
        while (TimeProvider.System.GetElapsedTime(began) < duration || took.Count < 100)
        {
            var start = TimeProvider.System.GetTimestamp();
            Assert.Equal(200, caller.Call(puts[took.Count % puts.Length]));
            took.Add(TimeProvider.System.GetElapsedTime(start).TotalMilliseconds);
        }

        return took;
    }

    /// <summary>On a thread of its own: the pool is the server's, and a caller that waited there would be measured too.</summary>
    private static Task<T> OnThreadAsync<T>(Func<T> run) => Task.Factory.StartNew(run, TestContext.Current.CancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    private static double Percentile(List<double> values, double share) => values.Order().ElementAt((int)(share * (values.Count - 1)));
}
