using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Portlight.Server.Tests.Iam;

namespace Portlight.Server.Tests.Forgery;

/// <summary>
/// Signed requests that were changed afterwards, by header and by query, of JSON services and of Query services: each is refused, or answered as the one that was
/// signed because it says the same. <c>PORTLIGHT_STORM=1</c> makes a million of them.
/// </summary>
public sealed partial class ForgeryTests(ITestOutputHelper output)
{
    private const int Workers = 8;
    private const int Pace = 500;
    private const long Growth = 48 << 20;

    /// <summary>How a GET without any signature is answered: with words for whoever opens the address in a browser.</summary>
    private const string ForBrowsers = "portlight: ";

    private static readonly bool Storm = Environment.GetEnvironmentVariable("PORTLIGHT_STORM") == "1";

    [Fact]
    public async Task What_is_changed_after_it_was_signed_is_refused()
    {
        var rounds = (Storm ? 1_000_000 : 4_000) / Workers;
        var seed = Storm ? Environment.TickCount : 20261126;
        await using var server = await ServerHarness.StartAsync(options => options with { RequestsPerSecond = 0 });
        await server.AddInstanceAsync("web-1");
        await server.AddInstanceAsync("web-2");
        await server.UserAsync("alice");
        await server.UserAsync("bob");
        await server.SettleAsync();
        var signed = Signed(server);
        await AnswersAsync(server, signed); // one of them writes: what is answered from then on stays the same
        var answers = await AnswersAsync(server, signed);
        var before = State(server);
        var counts = new Counts();
        var settled = 0L;

        var began = TimeProvider.System.GetTimestamp();
        await RunAsync(server, signed, answers, counts, seed, rounds / 5);
        settled = GC.GetTotalMemory(forceFullCollection: true);
        await RunAsync(server, signed, answers, counts, seed + 1000, rounds - (rounds / 5));
        var took = TimeProvider.System.GetElapsedTime(began);
        var grown = GC.GetTotalMemory(forceFullCollection: true) - settled;
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"seed {seed}: {counts} in {took.TotalSeconds:F0} s; the heap grew by {grown / 1024} KiB after the first fifth"));

        Assert.Empty(counts.Wrong);
        Assert.Equal(before, State(server));
        Assert.True(counts.Refused > 0.7 * rounds * Workers, counts.ToString());
        Assert.True(counts.Same > 0, "no change was harmless: the requests are refused for something else");
        Assert.True(grown < Growth, $"the heap grew by {grown} bytes");
        Assert.Equal(answers, await AnswersAsync(server, signed));
    }

    private static List<SignedRequest> Signed(ServerHarness server)
    {
        var signer = new SignedRequest.Signer(server.Endpoint.Authority, server.Credentials, server.Clock.GetUtcNow());
        var json = ("Content-Type", "application/x-amz-json-1.1");
        var form = ("Content-Type", "application/x-www-form-urlencoded; charset=utf-8");
        static (string, string) Target(string operation) => ("X-Amz-Target", "Lightsail_20161128." + operation);
        static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text);
        const string getUser = "Action=GetUser&Version=2010-05-08&UserName=alice";
        const string who = "Action=GetCallerIdentity&Version=2011-06-15&Note=a+b%20c%2Bd";
        return
        [
            SignedRequest.ByHeader(signer, "lightsail", "", Utf8("""{"instanceName":"web-1"}"""), json, Target("GetInstance")),
            SignedRequest.ByHeader(signer, "lightsail", "", Utf8("""{"resourceName":"web-1","tags":[{"key":"k","value":"v1"}]}"""), json, Target("TagResource")),
            SignedRequest.ByHeader(signer, "iam", "", Utf8(getUser), form),
            SignedRequest.ByHeader(signer, "iam", getUser, []),
            SignedRequest.ByHeader(signer, "sts", who, []),
            SignedRequest.Presigned(signer, "lightsail", "", Utf8("""{"instanceName":"web-1"}"""), json, Target("GetInstance")),
            SignedRequest.Presigned(signer, "iam", getUser, []),
            SignedRequest.Presigned(signer, "sts", who, []),
        ];
    }

    private static async Task<List<string>> AnswersAsync(ServerHarness server, List<SignedRequest> signed)
    {
        using var connection = new RawConnection(server.Endpoint.Host, server.Endpoint.Port);
        var answers = new List<string>();
        foreach (var request in signed)
        {
            var (status, body) = await connection.AskAsync(request.Bytes()!);
            Assert.True(status == 200, body);
            answers.Add(Fixed(body));
        }

        return answers;
    }

    private static Task RunAsync(ServerHarness server, List<SignedRequest> signed, List<string> answers, Counts counts, int seed, int rounds) => Task.WhenAll(Enumerable.Range(0, Workers).Select(async worker =>
    {
        using var connection = new RawConnection(server.Endpoint.Host, server.Endpoint.Port);
        var forger = new Forger(seed + worker, signed);
        for (var left = rounds; left > 0;)
        {
            var (which, forged) = forger.Next();
            if (forged.Bytes() is not { } bytes)
            {
                continue;
            }

            // What the server does by the clock (events into the database and the files) goes on; in all less than the five minutes that a signature lives.
            if (left-- % Pace == 0)
            {
                server.Clock.Advance(TimeSpan.FromMilliseconds(100));
            }

            // Spliced together, parts of two can be the whole of one: what any of the signed ones says may be answered.
            var (status, body) = await connection.AskAsync(bytes);
            counts.Add(body.StartsWith(ForBrowsers, StringComparison.Ordinal) ? 400 : status, status == 200 && answers.Contains(Fixed(body)), $"{which} answered {status}: {body}\nto {Encoding.Latin1.GetString(bytes)}");
        }
    }));

    /// <summary>Everything that a call could have changed.</summary>
    private static string State(ServerHarness server)
    {
        var view = server.Server.Store.View;
        var instances = view.AllInstances().Select(instance => $"{instance.Name} {string.Join(",", instance.Tags)} {string.Join(",", instance.Ports.Rules.Select(rule => rule.Key))} {instance.State}");
        var users = view.ListAccounts().SelectMany(account => view.ListUsers(account.Id)).Select(user => $"{user.Arn} {user.InlinePolicies.Count} {view.ListAccessKeys(user.AccountId).Count}");
        return string.Join('\n', instances.Concat(users).Concat(view.ListRegions().Select(region => region.Name)));
    }

    /// <summary>Without what is another in each answer: ids of requests and operations, times of operations.</summary>
    private static string Fixed(string body) => Ids().Replace(body, "<id>");

    [GeneratedRegex("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|(?<=\"(createdAt|statusChangedAt)\":)[0-9.]+")]
    private static partial Regex Ids();

    private sealed class Counts
    {
        private const int Kept = 5;

        private readonly Lock _gate = new();
        private int _answered;

        public List<string> Wrong { get; } = [];

        public int Refused { get; private set; }

        public int Same { get; private set; }

        public int Cut { get; private set; }

        /// <summary>A 5xx is wrong, and so is a success that says another thing than what was signed.</summary>
        public void Add(int status, bool isSame, string words)
        {
            lock (_gate)
            {
                _answered++;
                if (status is >= 400 and < 500)
                {
                    Refused++;
                }
                else if (isSame)
                {
                    Same++;
                }
                else if (status == 0)
                {
                    Cut++;
                }
                else if (Wrong.Count < Kept)
                {
                    Wrong.Add(words);
                }
            }
        }

        public override string ToString() => $"{_answered} requests, {Refused} refused, {Same} that say the same answered, {Cut} closed without an answer, {Wrong.Count} wrong";
    }
}
