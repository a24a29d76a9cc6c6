using Portlight.Agent.Links;
using Portlight.TestKit.Network;

namespace Portlight.Netns;

/// <summary>What the watcher of links says about changes that others make, and what it keeps to itself.</summary>
public sealed class LinkWatcherTests
{
    [Theory]
    [InlineData("link set watched0 down", "Link", "watched0")]
    [InlineData("link set watched0 down\nlink set watched0 name renamed0", "Link", "renamed0")]
    [InlineData("link set watched0 master wbridge", "Link", "watched0")]
    [InlineData("link del watched0", "Removed", "watched0")]
    [InlineData("link set watched0 netns watchedns", "Removed", "watched0")]
    [InlineData("addr add 198.51.100.77/32 dev watched0", "Address", null)]
    [InlineData("route add default dev watched0 table 77", "Route", null)]
    [InlineData("route add 198.51.100.78 dev watched0\nroute del 198.51.100.78 dev watched0", "Route", null)]
    [InlineData("route add 2001:db8::78 dev watched0", "Route", null)]
    public async Task A_change_is_reported_with_its_link(string commands, string kind, string? name)
    {
        using var scene = new Wire();
        scene.Host.Run("ip", "-b -", commands);
        Assert.Contains(await scene.SeenAsync(), change => change.Kind.ToString() == kind && change.Link == scene.Index && (name is null || change.Name == name));
    }

    [Fact]
    public async Task What_the_far_end_can_repeat_for_ever_is_not_reported()
    {
        using var scene = new Wire();
        using var far = NetworkNode.Named("watchedns");
        far.Run("ip", "-b -", string.Join('\n', Enumerable.Repeat("link set far0 down\nlink set far0 up", 50)));
        far.Run("ip", "link set far0 down");

        // The host is told a little later, and under the lock that making the next link takes too.
        Assert.True(SpinWait.SpinUntil(() => !scene.Host.Run("ip", "link show dev watched0").Contains("state UP", StringComparison.Ordinal), Deadline.Span), "the host's end never saw the far end go down");
        Assert.DoesNotContain(await scene.SeenAsync(), change => change.Link == scene.Index && change.Kind is LinkChangeKind.Link or LinkChangeKind.Removed or LinkChangeKind.Unknown);
    }

    [Fact]
    public async Task A_storm_is_joined_and_past_the_bound_one_report_of_anything()
    {
        using var scene = new Wire();
        var routes = Enumerable.Range(0, 6000).Select(i => $"route add 10.{i / 250 % 250}.{i % 250}.1 dev watched0");
        scene.Host.Run("ip", "-b -", string.Join('\n', routes));
        var seen = await scene.SeenAsync();
        Assert.Contains(seen, change => change.Kind == LinkChangeKind.Unknown);
        Assert.InRange(seen.Count, 1, 6000);
    }

    /// <summary>A veth with one end in another namespace, and a watcher that has seen both come up.</summary>
    private sealed class Wire : IDisposable
    {
        private readonly LinkWatcher _watcher;
        private readonly List<string> _made = ["watched0", "renamed0", "wbridge"];
        private int _marks;

        internal Wire()
        {
            Host.Run("ip", "-b -", """
                netns add watchedns
                link add wbridge type bridge
                link add watched0 type veth peer name far0 netns watchedns
                link set watched0 up
                """);
            using (var far = NetworkNode.Named("watchedns"))
            {
                far.Run("ip", "link set far0 up");
            }

            _watcher = Host.Do(LinkWatcher.Open);
            Index = int.Parse(Host.Run("ip", "-o link show dev watched0").Split(':')[0], System.Globalization.CultureInfo.InvariantCulture);

            // The first event of a link is always new to the watcher; afterwards only what differs is.
            Host.Run("ip", "link set watched0 mtu 1400");
            SeenAsync().GetAwaiter().GetResult();
        }

        internal NetworkNode Host { get; } = NetworkNode.Host();

        internal int Index { get; }

        /// <summary>Everything seen up to now: events come in order, so a link made last marks the end.</summary>
        internal async Task<List<LinkChange>> SeenAsync()
        {
            var mark = $"mark{++_marks}";
            _made.Add(mark);
            Host.Run("ip", $"link add {mark} type veth peer name {mark}x");
            var seen = new List<LinkChange>();
            using var deadline = new CancellationTokenSource(Deadline.Span);
            while (!seen.Exists(change => change.Name == mark || change.Kind == LinkChangeKind.Unknown))
            {
                Assert.True(await _watcher.WaitAsync(deadline.Token));
                seen.AddRange(_watcher.Take());
            }

            return seen;
        }

        public void Dispose()
        {
            _watcher.Dispose();

            // The links first: a namespace is taken apart later, and would take its link with it only then.
            var links = Host.Run("ip", "-br link show").Split('\n').Select(line => line.Split(' ', '@')[0]);
            Command.Ip(string.Join('\n', [.. links.Where(_made.Contains).Select(link => $"link del {link}"), "netns del watchedns"]));
            Host.Dispose();
        }
    }
}
