using System.Net;
using System.Net.Sockets;
using Microsoft.Playwright;
using Portlight.TestKit.Network;
using Portlight.Wire.Lightsail;

namespace Portlight.Console.Tests.Browser;

/// <summary>One server filters on a machine: what needs one runs in turns.</summary>
[Collection("kernel")]
public sealed class KernelTests(Chromium chromium, KernelConsole console) : IClassFixture<KernelConsole>
{
    [Fact]
    public async Task What_is_applied_in_the_browser_lets_packets_in_and_the_page_says_so_when_the_kernel_has_it()
    {
        await console.CreateAsync("real-1", null, ServedConsole.Tcp(80));
        var instance = await console.CallAsync("GetInstance", new GetInstanceRequest { InstanceName = "real-1" }, LightsailJson.Default.GetInstanceRequest, LightsailJson.Default.GetInstanceResponse);
        await using var tab = await Tab.OpenAsync(chromium, console);
        await tab.VisitAsync(console, "us-east-1/instances/real-1/networking");
        var page = tab.Page;
        await Assertions.Expect(page.Locator(".pill").First).ToContainTextAsync("In the kernel as asked");
        await AskAsync(page, "9000");
        await Assertions.Expect(page.Locator(".verdict")).ToContainTextAsync("It does not get in.");

        await page.GetByRole(AriaRole.Button, new() { Name = "Add rule" }).ClickAsync();
        await page.GetByLabel("Application").SelectOptionAsync("Custom");
        await page.GetByLabel("Port or range").FillAsync("9000");
        await page.GetByLabel("Port or range").BlurAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Everyone", Exact = true }).ClickAsync();
        await Assertions.Expect(page.Locator("tr.opens")).ToContainTextAsync("9000");
        await page.GetByRole(AriaRole.Button, new() { Name = "Review changes" }).ClickAsync();
        await page.GetByLabel("Revert it unless I confirm within 60 s").UncheckAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Apply 1 change" }).ClickAsync();

        await Assertions.Expect(page.Locator(".note.good")).ToContainTextAsync("In the kernel.");
        await AskAsync(page, "9000");
        await Assertions.Expect(page.Locator(".verdict")).ToContainTextAsync("It gets in.");
        // Nobody listens there: a packet that gets in is answered with a refusal at once, one that does not with silence.
        using var client = new TcpClient();
        var refused = await Assert.ThrowsAsync<SocketException>(() => client.ConnectAsync(instance.Instance.PublicIpAddress!, 9000, TestContext.Current.CancellationToken).AsTask().WaitAsync(Deadline.Span, TestContext.Current.CancellationToken));
        Assert.Equal(SocketError.ConnectionRefused, refused.SocketErrorCode);
    }

    [Fact]
    public async Task The_review_names_the_connection_that_the_change_would_cut()
    {
        await console.CreateAsync("cut-1", null, ServedConsole.Tcp(80), ServedConsole.Tcp(22));
        var instance = await console.CallAsync("GetInstance", new GetInstanceRequest { InstanceName = "cut-1" }, LightsailJson.Default.GetInstanceRequest, LightsailJson.Default.GetInstanceResponse);
        using var inside = NetworkNode.Named(Path.GetFileName(Directory.GetFiles("/run/netns", "*cut-1*").Single()));
        using var listener = inside.Listen(new IPEndPoint(IPAddress.Any, 22));
        using var client = new TcpClient();
        await client.ConnectAsync(instance.Instance.PublicIpAddress!, 22, TestContext.Current.CancellationToken);
        await using var tab = await Tab.OpenAsync(chromium, console);
        await tab.VisitAsync(console, "us-east-1/instances/cut-1/networking");

        await CloseAsync(tab.Page, "HTTP");
        await Assertions.Expect(tab.Page.Locator("#review")).ToContainTextAsync("It cuts none of 1 connection.");
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Keep editing" }).ClickAsync();
        await CloseAsync(tab.Page, "SSH");

        var peer = ((IPEndPoint)client.Client.LocalEndPoint!).Address.MapToIPv4();
        await Assertions.Expect(tab.Page.Locator("#review .note.warn")).ToContainTextAsync("It cuts 1 of 1 connection.");
        await Assertions.Expect(tab.Page.Locator("#review .conns li")).ToContainTextAsync([$"{peer}:{((IPEndPoint)client.Client.LocalEndPoint!).Port} → 22"]);
        await tab.IsAccessibleAsync();

        await tab.GoAsync("us-east-1/instances/cut-1/connections");
        await Assertions.Expect(tab.Page.Locator("tbody tr")).ToContainTextAsync([new System.Text.RegularExpressions.Regex($"{System.Text.RegularExpressions.Regex.Escape(peer.ToString())}[\\s\\S]*22/tcp")]);
        await tab.IsAccessibleAsync();
    }

    [Fact]
    public async Task A_source_that_was_refused_is_shown_and_let_in_by_a_draft_and_what_comes_in_then_is_counted()
    {
        await console.CreateAsync("knock-1", null, ServedConsole.Tcp(80));
        var instance = await console.CallAsync("GetInstance", new GetInstanceRequest { InstanceName = "knock-1" }, LightsailJson.Default.GetInstanceRequest, LightsailJson.Default.GetInstanceResponse);
        await using var tab = await Tab.OpenAsync(chromium, console);
        await tab.VisitAsync(console, "us-east-1/instances/knock-1/networking");
        var page = tab.Page;
        var refused = page.GetByRole(AriaRole.Region, new() { Name = "Refused lately" });
        await Assertions.Expect(page.Locator("tr", new() { HasText = "HTTP" }).First).ToContainTextAsync("nothing yet");
        using var client = new UdpClient();
        client.Connect(instance.Instance.PublicIpAddress!, 9100);
        // It is this machine that sends, so the kernel tells it that the packet does not go out to the instance.
        await Assert.ThrowsAsync<SocketException>(() => client.SendAsync(new byte[100], TestContext.Current.CancellationToken).AsTask());

        await refused.GetByRole(AriaRole.Button, new() { Name = "Read again" }).ClickAsync();
        var row = refused.Locator("tbody tr", new() { HasText = "udp 9100" });
        var mine = ((IPEndPoint)client.Client.LocalEndPoint!).Address;
        await Assertions.Expect(row).ToContainTextAsync(mine.ToString());
        await tab.IsAccessibleAsync();
        await row.GetByRole(AriaRole.Button, new() { Name = $"Allow {mine} to udp 9100, as a draft" }).ClickAsync();
        await Assertions.Expect(row).ToContainTextAsync("in your draft");
        await tab.PictureAsync("refused-1440-light");
        await page.GetByRole(AriaRole.Button, new() { Name = "Review changes" }).ClickAsync();
        await page.GetByLabel("Revert it unless I confirm within 60 s").UncheckAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Apply 1 change" }).ClickAsync();

        await Assertions.Expect(page.Locator(".note.good")).ToContainTextAsync("In the kernel.");
        Assert.Contains($"9100/udp {mine}/32", await console.PortsAsync("knock-1"));
        await Assertions.Expect(row).ToContainTextAsync("let in now");
        await client.SendAsync(new byte[100], TestContext.Current.CancellationToken);
        await refused.GetByRole(AriaRole.Button, new() { Name = "Read again" }).ClickAsync();
        var rule = page.Locator(".rules tr", new() { HasText = "9100" });
        await Assertions.Expect(rule).ToContainTextAsync("1 packet · 128 B");
        // The curve has it, in words for those that do not see it, and so has the table.
        await Assertions.Expect(rule.GetByRole(AriaRole.Img, new() { NameRegex = new("^In the last 24 hours 1 packet let in, most from \\d\\d:\\d\\d to \\d\\d:\\d\\d UTC; not counted before \\d\\d:\\d\\d UTC$") })).ToBeVisibleAsync();
        await Assertions.Expect(refused.GetByRole(AriaRole.Img, new() { NameRegex = new("^In the last 24 hours \\d+ packets? refused, most from") })).ToBeVisibleAsync();
        await refused.GetByText("Hour by hour").ClickAsync();
        var hours = refused.GetByRole(AriaRole.Region, new() { Name = "Packets of the last 24 hours, hour by hour" });
        await Assertions.Expect(hours.Locator("thead")).ToContainTextAsync("9100/udp");
        await Assertions.Expect(hours.Locator("tbody tr").First).ToContainTextAsync("not counted");
        await tab.IsAccessibleAsync();
        await tab.PictureAsync("day-1440-light");
    }

    [Fact]
    public async Task A_source_that_knocks_at_two_instances_is_one_line_of_the_fleet()
    {
        foreach (var name in new[] { "door-1", "door-2" })
        {
            await console.CreateAsync(name, null, ServedConsole.Tcp(80));
            var instance = await console.CallAsync("GetInstance", new GetInstanceRequest { InstanceName = name }, LightsailJson.Default.GetInstanceRequest, LightsailJson.Default.GetInstanceResponse);
            using var client = new UdpClient();
            client.Connect(instance.Instance.PublicIpAddress!, 9200);
            await Assert.ThrowsAsync<SocketException>(() => client.SendAsync(new byte[100], TestContext.Current.CancellationToken).AsTask());
        }

        await using var tab = await Tab.OpenAsync(chromium, console);
        await tab.VisitAsync(console, "us-east-1/exposure");
        await tab.Page.GetByRole(AriaRole.Link, new() { Name = "Refused lately" }).ClickAsync();
        await tab.Page.WaitForURLAsync("**/us-east-1/refusals");
        await tab.GoAsync("us-east-1/refusals?port=9200");

        var row = tab.Page.GetByRole(AriaRole.Region, new() { Name = "Who knocked" }).Locator("tbody tr");
        await Assertions.Expect(row).ToHaveCountAsync(1);
        await Assertions.Expect(row).ToContainTextAsync("udp 9200");
        await Assertions.Expect(row.GetByRole(AriaRole.Link)).ToHaveTextAsync(["door-1", "door-2"]);
        await Assertions.Expect(tab.Page.GetByRole(AriaRole.Region, new() { Name = "What they wanted" }).Locator("tbody td")).ToHaveTextAsync(["udp 9200", "2", "1", "2"]);
        await tab.IsAccessibleAsync();
        await tab.PictureAsync("refusals-1440-light");
    }

    [Fact]
    public async Task This_machine_is_attached_confirmed_and_detached()
    {
        await using var tab = await Tab.OpenAsync(chromium, console);
        await tab.VisitAsync(console, "us-east-1/instances/new");
        var page = tab.Page;
        await tab.PlanAttachAsync("machine-1", "22 443");
        await Assertions.Expect(page.GetByRole(AriaRole.List, new() { Name = "Open afterwards" })).ToContainTextAsync("443");

        await page.GetByRole(AriaRole.Button, new() { Name = "Attach machine-1" }).ClickAsync();

        await page.WaitForURLAsync("**/us-east-1/instances/machine-1/networking");
        await Assertions.Expect(page.Locator(".note.warn").First).ToContainTextAsync("reverted in");
        await page.GetByRole(AriaRole.Button, new() { Name = "Keep it" }).ClickAsync();
        await Assertions.Expect(page.GetByText("Confirmed: the change stays.")).ToBeVisibleAsync();
        await Assertions.Expect(page.Locator(".pill").First).ToContainTextAsync("In the kernel as asked");
        await Assertions.Expect(page.GetByRole(AriaRole.Button, new() { Name = "Keep it" })).ToBeHiddenAsync();
        await AskAsync(page, "25");
        await Assertions.Expect(page.Locator(".verdict")).ToContainTextAsync("It does not get in.");

        await tab.GoAsync("us-east-1/instances/machine-1/manage");
        await page.GetByRole(AriaRole.Button, new() { Name = "Detach…" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Detach machine-1" }).ClickAsync();
        await page.WaitForURLAsync("**/us-east-1/instances");
        await Assertions.Expect(page.GetByRole(AriaRole.Link, new() { Name = "machine-1" })).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task An_attached_machine_that_nobody_confirms_is_let_go_by_itself()
    {
        await using var tab = await Tab.OpenAsync(chromium, console);
        await tab.VisitAsync(console, "us-east-1/instances/new");
        var page = tab.Page;
        await tab.PlanAttachAsync("machine-2");
        await page.GetByRole(AriaRole.Button, new() { Name = "Attach machine-2" }).ClickAsync();
        await page.WaitForURLAsync("**/us-east-1/instances/machine-2/networking");

        await page.GetByRole(AriaRole.Button, new() { Name = "Revert now" }).ClickAsync();

        await tab.GoAsync("us-east-1/instances");
        await Assertions.Expect(page.GetByRole(AriaRole.Link, new() { Name = "machine-2" })).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task What_everyone_reaches_is_a_question_whose_answer_has_an_address()
    {
        await console.CreateAsync("wide-1", null, ServedConsole.Tcp(22), ServedConsole.Tcp(443));
        await console.CreateAsync("narrow-1", null, ServedConsole.Tcp(22, "192.0.2.7/32"));
        await using var tab = await Tab.OpenAsync(chromium, console);
        await tab.VisitAsync(console, "us-east-1/exposure");

        await tab.Page.GetByRole(AriaRole.Link, new() { Name = "SSH to everyone" }).ClickAsync();

        await tab.Page.WaitForURLAsync("**/us-east-1/exposure?port=tcp/22&find=sshToEveryone");
        await Assertions.Expect(tab.Page.Locator("aside .mini .name").Filter(new() { HasTextRegex = new("wide-1|narrow-1") })).ToHaveTextAsync(["wide-1", "narrow-1"]);
    }

    [Fact]
    public async Task The_palette_answers_who_can_reach_a_port()
    {
        await console.CreateAsync("asked-1", null, ServedConsole.Tcp(5900));
        await using var tab = await Tab.OpenAsync(chromium, console);
        await tab.VisitAsync(console, "us-east-1/instances");

        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Search, or ask" }).ClickAsync();
        await tab.Page.Keyboard.TypeAsync("who can reach 5900?");

        await Assertions.Expect(tab.Page.Locator("#palette-answers a").First).ToContainTextAsync("1 instance lets everyone reach port 5900");
    }

    [Fact]
    public async Task A_port_is_opened_for_several_instances_at_once_and_closed_again_by_undoing_it()
    {
        await console.CreateAsync("many-1", null, ServedConsole.Tcp(80));
        await console.CreateAsync("many-2", null, ServedConsole.Tcp(80));
        List<string> addresses = [];
        foreach (var name in (string[])["many-1", "many-2"])
        {
            addresses.Add((await console.CallAsync("GetInstance", new GetInstanceRequest { InstanceName = name }, LightsailJson.Default.GetInstanceRequest, LightsailJson.Default.GetInstanceResponse)).Instance.PublicIpAddress!);
        }

        await using var tab = await Tab.OpenAsync(chromium, console);
        await tab.VisitAsync(console, "us-east-1/instances?q=many-");
        var page = tab.Page;
        await Assertions.Expect(page.Locator("tr", new() { HasText = "many-1" }).Locator("td").Nth(7)).ToHaveTextAsync(new System.Text.RegularExpressions.Regex(@"^(just now|\d+ (s|min) ago)$"));
        await page.GetByLabel("Choose all that are listed").ClickAsync();
        await page.GetByLabel("Port", new() { Exact = true }).FillAsync("9300");
        await page.GetByLabel("Protocol").SelectOptionAsync("UDP");
        await page.GetByLabel("Add an address or range").FillAsync("0.0.0.0/0,");
        Assert.All(addresses, address => Assert.False(Reaches(address, 9300)));

        await page.GetByRole(AriaRole.Button, new() { Name = "Review…" }).ClickAsync();
        await page.Locator("#several").GetByLabel("Revert all unless I confirm").UncheckAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Apply to 2 instances" }).ClickAsync();
        await Assertions.Expect(page.Locator("#several").GetByRole(AriaRole.Status)).ToHaveTextAsync("2 done");
        await Assertions.Expect(page.Locator("#several li")).ToContainTextAsync(["In the kernel.", "In the kernel."]);
        Assert.All(addresses, address => Assert.True(Reaches(address, 9300)));

        await page.GetByRole(AriaRole.Button, new() { Name = "Undo for 2 instances" }).ClickAsync();
        await Assertions.Expect(page.Locator("#several").GetByRole(AriaRole.Status)).ToHaveTextAsync("2 undone");
        Assert.All(addresses, address => Assert.False(Reaches(address, 9300)));
    }

    /// <summary>Whether a packet of UDP goes out to an instance: it is this machine that sends, so the kernel tells it where the packet does not.</summary>
    private static bool Reaches(string address, int port)
    {
        using var client = new UdpClient();
        client.Connect(address, port);
        try
        {
            return client.Send(new byte[10]) == 10;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private static async Task CloseAsync(IPage page, string application)
    {
        await page.GetByRole(AriaRole.Button, new() { Name = $"Edit {application}", Exact = true }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Close this rule" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Review changes" }).ClickAsync();
    }

    private static async Task AskAsync(IPage page, string port)
    {
        await page.GetByLabel("From", new() { Exact = true }).FillAsync("192.0.2.9");
        await page.Locator(".probe").GetByLabel("Port").FillAsync(port);
        await page.GetByRole(AriaRole.Button, new() { Name = "Ask", Exact = true }).ClickAsync();
    }
}
