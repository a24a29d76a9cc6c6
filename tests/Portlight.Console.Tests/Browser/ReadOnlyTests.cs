using System.Text.RegularExpressions;
using Microsoft.Playwright;
using static Portlight.Console.Tests.Browser.ServedConsole;

namespace Portlight.Console.Tests.Browser;

/// <summary>A person whose policies allow to look at everything and to change nothing.</summary>
public sealed class ReadOnlyTests(Chromium chromium, ConsoleFixture fixture) : IClassFixture<ConsoleFixture>
{
    private const string Looks =
        """
        {"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["lightsail:Get*","portlight:Get*","portlight:List*","portlight:WatchChanges","portlight:PreviewPorts","portlight:ExplainPacket",
        "portlight:LookupActivity","portlight:CountActivity","portlight:DiscoverGuests","portlight:SignIn","iam:Get*","iam:List*","iam:Simulate*"],"Resource":"*"}]}
        """;

    /// <summary>Buttons that change nothing at the server, by their texts. Another one that is enabled fails until it is disabled, or stands here because it changes nothing.</summary>
    private static readonly Regex Harmless = new(
        """
        ^\s*((All|Open to everyone|Not as asked|Expiring)\s*[\d,]*|Name|Public address|Kernel|Applied|Host|Choose several|Read again|Ask|Show|Look again|Copy|Copy the link|Make a lab instance|Attach a machine)\s*$
        """.Trim());

    /// <summary>Each page, and what of it a person without the rights finds disabled.</summary>
    private static readonly (string Path, string[] Disabled)[] Pages =
    [
        ("us-east-1/instances", []),
        ("us-east-1/instances/look-1/networking", ["Add rule", "Edit SSH", "Open it now", "1 hour from now for 8443", "Close now 8443", "Add the rules of web", "Only these rules of web"]),
        ("us-east-1/instances/waits-1/networking", ["Keep it", "Revert now"]),
        ("us-east-1/instances/look-1/connections", []),
        ("us-east-1/instances/look-1/history", []),
        ("us-east-1/instances/look-1/manage", ["Set the tag", "Remove the tag env", "Reboot…", "Stop…", "Delete…"]),
        ("us-east-1/instances/new", ["Make it"]),
        ("us-east-1/instances/new?as=attach", ["What would it cut?"]),
        ("us-east-1/exposure", []),
        ("us-east-1/exposure?port=tcp/22", []),
        ("us-east-1/refusals", []),
        ("us-east-1/explain", []),
        ("activity", []),
        ("hosts", []),
        ("names", ["New template", "Keep the network", "Keep the template", "Edit office", "Forget the network office", "Edit the template web", "Forget the template web"]),
        ("access/users", ["Create user"]),
        ("access/groups", ["Create group"]),
        ("access/roles", ["Create role"]),
        ("access/users/grace", ["Delete…", "Create key", "Attach", "Add", "Delete own"]),
        ("access/policies", []),
        ("access/policy?kind=users&of=grace&policy=own", ["Save"]),
        ("access/simulate", []),
    ];

    [Fact]
    public async Task On_no_page_is_a_control_enabled_that_changes_something()
    {
        await fixture.CreateAsync("look-1", "env=prod", Tcp(22));
        await fixture.OpenForAsync("look-1", 8443, "192.0.2.9/32", seconds: 3600);
        await fixture.CreateAsync("waits-1", null, Tcp(22));
        await fixture.PutToConfirmAsync("waits-1", TimeSpan.FromMinutes(10), Tcp(22), Tcp(80));
        await fixture.KeepNamesAsync();
        await fixture.UserAsync("grace", Looks);
        var (keyId, secret) = await fixture.UserAsync("looks", Looks);
        await using var tab = await Tab.OpenAsync(chromium, fixture);
        await tab.Page.GotoAsync("names");
        await tab.SignInAsync(keyId, secret);
        await tab.LiveAsync();
        foreach (var (path, disabled) in Pages)
        {
            await tab.GoAsync(path);
            var main = tab.Page.Locator("main");
            foreach (var name in disabled)
            {
                // Also what is in a menu that is shut.
                await Assertions.Expect(main.GetByRole(AriaRole.Button, new() { Name = name, Exact = true, IncludeHidden = true }).First).ToBeDisabledAsync();
            }

            await Assertions.Expect(main.Locator("button:enabled:not(.choices *)").Filter(new() { HasNotTextRegex = Harmless })).ToHaveCountAsync(0);
        }
    }

    [Fact]
    public async Task What_is_disabled_says_which_right_is_lacking()
    {
        await fixture.CreateAsync("told-1", null, Tcp(22));
        var (keyId, secret) = await fixture.UserAsync("told", Looks);
        await using var tab = await Tab.OpenAsync(chromium, fixture);
        await tab.Page.GotoAsync("us-east-1/instances");
        await tab.SignInAsync(keyId, secret);
        await tab.LiveAsync();
        (string Path, string[] Actions)[] all =
        [
            ("names", ["portlight:PutNamedNetwork", "portlight:DeleteNamedNetwork", "portlight:PutPortTemplate", "portlight:DeletePortTemplate"]),
            ("us-east-1/instances/told-1/manage", ["lightsail:TagResource", "lightsail:UntagResource"]),
            ("us-east-1/instances/told-1/networking", ["portlight:ApplyPorts"]),
            ("us-east-1/instances/new", ["lightsail:CreateInstances"]),
            ("us-east-1/instances/new?as=attach", ["portlight:AttachInstance"]),
        ];
        foreach (var (path, actions) in all)
        {
            await tab.GoAsync(path);
            foreach (var action in actions)
            {
                await Assertions.Expect(tab.Page.Locator(".hint", new() { HasText = action }).First).ToContainTextAsync("Not allowed");
            }

            await tab.LookAsync($"lacking-{path.Split('/', '?')[^1]}");
        }
    }
}
