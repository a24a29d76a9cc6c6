using System.Net;
using System.Text;
using Portlight.AgentProtocol;
using Portlight.Api;
using Portlight.Domain;
using Portlight.Server.Tests.Confirming;
using Portlight.Server.Tests.Iam;

namespace Portlight.Server.Tests.Access;

/// <summary>
/// The policies of the guide against thousands of requests of every operation that changes something: what each promises is looked at in what is stored, whichever request might have
/// broken it. An operation or a member that comes later is among them by itself (<see cref="AnyRequest"/>).
/// </summary>
public sealed class GuardWalkTests(ITestOutputHelper output)
{
    private static readonly int Requests = Environment.GetEnvironmentVariable("PORTLIGHT_STORM") == "1" ? 20_000 : 1_200;
    private static readonly PortKey Ssh = new(NetworkProtocol.Tcp, 22, 22);

    /// <summary>Far apart, and every kind of network of the requests has one or has none.</summary>
    private static readonly IPAddress[] Sources = [.. new[] { "1.1.1.1", "10.1.2.3", "10.200.0.1", "93.184.216.34", "130.1.2.3", "192.0.2.1", "198.51.100.7", "203.0.113.9", "2001:db8:42::1", "2001:db8:1::1", "2600::1", "2a00:1450::1", "3fff::1" }
        .Select(text => Cidr.TryParseAddress(text, out var address, out var problem) ? address : throw new FormatException(problem))];

    private static readonly PortKey[] Packets = [Ssh, new(NetworkProtocol.Tcp, 21, 21), new(NetworkProtocol.Tcp, 443, 443), new(NetworkProtocol.Tcp, 8080, 8080), new(NetworkProtocol.Udp, 22, 22), new(NetworkProtocol.Icmp, 8, 0)];

    [Fact]
    public Task No_request_opens_SSH_to_the_world() => WalkAsync("no-ssh-to-the-world", IamCalls.AllowAll, (before, after) =>
        IsOpenToTheWorld(after) && !IsOpenToTheWorld(before) ? "SSH is open to the world" : null);

    [Fact]
    public Task No_request_opens_anything_but_from_the_named_networks() => WalkAsync("only-named-networks", IamCalls.AllowAll, (before, after) =>
        Opened(before, after).FirstOrDefault(packet => !IsNamed(packet.Source)) is { Source: { } } other ? $"{other} is let in" : null);

    [Fact]
    public Task No_request_opens_anything_but_443_from_one_network() => WalkAsync("only-443-from-our-network", null, (before, after) =>
        before is null || Opened(before, after).Any(packet => packet.Packet != new PortKey(NetworkProtocol.Tcp, 443, 443) || !packet.Source.ToString().StartsWith("10.", StringComparison.Ordinal)) ? "something else is open" : null);

    [Fact]
    public Task No_request_closes_anything_of_production_nor_takes_it_away() => WalkAsync("production-closes-nothing", IamCalls.AllowAll, (before, after) =>
        before?.Tags.GetValueOrDefault("stage") != "production" ? null
        : after is null ? "it is gone"
        : after.State != before.State || before.Attachment.IsDetachedBy(after.Attachment) || !after.Tags.SequenceEqual(before.Tags) ? "it does not run where it was, as what it was"
        : Opened(after, before).FirstOrDefault() is { Source: { } } closed ? $"{closed} is closed" : null);

    [Fact]
    public Task No_request_touches_what_has_another_team() => WalkAsync("by-tag", null, (before, after) =>
        before is null ? after!.Tags.GetValueOrDefault("team") == "web" ? null : "it was made for another team"
        : before.Tags.GetValueOrDefault("team") != "web" ? before.Revision == after?.Revision ? null : "it is another team's"
        : after is not null && after.Tags.GetValueOrDefault("team") != "web" ? "it was given away" : null);

    [Fact]
    public Task No_request_of_a_reader_changes_anything() => WalkAsync("read-only", null, (_, _) => "it has changed");

    private async Task WalkAsync(string policy, string? beside, Func<Instance?, Instance?, string?> problemOf)
    {
        await using var server = await ServerHarness.StartAsync(options => options with { RequestsPerSecond = 0, InstanceQuota = 0, ConfirmTimeout = TimeSpan.Zero });
        server.Agent.Facts = new AttachmentFacts(null, []) { Interface = new FoundInterface("tap1", "fe:54:00:00:00:01") };
        string[] policies = beside is null ? [PolicyFiles.Read(policy)] : [beside, PolicyFiles.Read(policy)];
        var alice = await server.AddUserAsync("alice", policies, user => user with { Tags = user.Tags.Add("team", "web") });
        var operations = server.Server.Operations
            .Where(entry => !entry.IsReadOnly && entry.Service is var service && (service == ApiService.Lightsail || service == ApiService.Portlight))
            .Where(entry => entry.Name is not ("CreateKeyPair" or "CreateAccount") && (entry.Name != "DetachInstance" || policy == "production-closes-nothing")) // keys take long; the guide names detaching as what no other guardrail sees
            .ToList();
        var (random, allowed) = (new Random(20261127), 0);
        var requests = new AnyRequest(random);
        for (var i = 0; i < Requests; i++)
        {
            await ProvideAsync(server, i);
            var before = Instances(server);
            var entry = random.Next(2) == 0 ? operations[random.Next(operations.Count)] : operations.Where(one => one.Name.EndsWith("PublicPorts", StringComparison.Ordinal)).ElementAt(random.Next(3));
            var body = requests.Body(entry);
            using var request = server.Request(entry.Service.TargetPrefix + entry.Name, Encoding.UTF8.GetBytes(body), alice);
            using var answer = await server.Http.SendAsync(request, TestContext.Current.CancellationToken);
            Assert.True((int)answer.StatusCode < 500, $"{entry.Name} {body}: {answer.StatusCode}");
            allowed += answer.IsSuccessStatusCode ? 1 : 0;

            var after = Instances(server);
            foreach (var name in before.Keys.Union(after.Keys).Where(name => before.GetValueOrDefault(name)?.Revision != after.GetValueOrDefault(name)?.Revision))
            {
                var problem = problemOf(before.GetValueOrDefault(name), after.GetValueOrDefault(name));
                Assert.True(problem is null, $"{entry.Name} {body}: {name}: {problem}; it was {before.GetValueOrDefault(name)?.Ports} and is {after.GetValueOrDefault(name)?.Ports}");
            }
        }

        output.WriteLine($"{allowed} of {Requests} requests were carried out");
        Assert.True(policy == "read-only" ? allowed == 0 : allowed > Requests / 100, $"{allowed} requests were carried out");
    }

    /// <summary>Whatever requests have taken away is there again, and something waits to be confirmed that would open SSH to the world when it is reverted.</summary>
    private static async Task ProvideAsync(ServerHarness server, int turn)
    {
        if (server.Find("web-1") is null)
        {
            await server.AddInstanceAsync("web-1", ConfirmCalls.Ports(443));
            await server.TagAsync("web-1", "team", "web");
        }

        if (server.Find("prod-1") is null)
        {
            await server.AddInstanceAsync("prod-1", ConfirmCalls.Ports(443, 8080));
            await server.TagAsync("prod-1", "stage", "production");
        }

        if (server.Find("vm-1") is null)
        {
            await server.AddInstanceAsync("vm-1", PortSet.Empty);
            await server.ChangeAsync("vm-1", instance => instance.AttachedTo(new Attachment.Interface("tap1", [], []) { Device = "fe:54:00:00:00:01" }) with { Tags = instance.Tags.Add("stage", "production") });
        }

        if (turn % 50 == 0)
        {
            var waiting = server.Find("waiting-1") ?? await server.AddInstanceAsync("waiting-1");
            await server.ChangeAsync("waiting-1", instance => instance with
            {
                Ports = ConfirmCalls.Ports(443),
                Tags = Tags.None,
                Unconfirmed = new UnconfirmedChange
                {
                    Revision = 0,
                    Deadline = server.Clock.GetUtcNow().AddHours(1),
                    Within = TimeSpan.FromHours(1),
                    ChangedBy = "somebody",
                    RequestId = "some request",
                    Before = new EarlierPorts(waiting.Attachment, ConfirmCalls.Ports(22)),
                },
            });
        }

        await server.SettleAsync();
    }

    private static Dictionary<string, Instance> Instances(ServerHarness server) => server.Server.Store.View.AllInstances().ToDictionary(instance => instance.Name);

    private static bool LetsIn(Instance? instance, PortKey packet, IPAddress source) => instance?.Attachment.LetIn(instance.Ports).Rules.Any(rule => rule.LetsIn(packet, source)) == true;

    private static bool IsOpenToTheWorld(Instance? instance) => new[] { System.Net.Sockets.AddressFamily.InterNetwork, System.Net.Sockets.AddressFamily.InterNetworkV6 }
        .Any(family => Sources.Where(source => source.AddressFamily == family).All(source => LetsIn(instance, Ssh, source)));

    private static IEnumerable<(PortKey Packet, IPAddress Source)> Opened(Instance? before, Instance? after) =>
        from packet in Packets from source in Sources where LetsIn(after, packet, source) && !LetsIn(before, packet, source) select (packet, source);

    private static bool IsNamed(IPAddress source) => source.ToString() is var text
        && (text.StartsWith("10.", StringComparison.Ordinal) || text.StartsWith("198.51.100.", StringComparison.Ordinal) || text.StartsWith("2001:db8:42:", StringComparison.Ordinal));
}
