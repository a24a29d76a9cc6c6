using System.Text;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using Portlight.TestKit;
using Portlight.Wire.PortlightApi;
using static Portlight.Console.Tests.Browser.ServedConsole;

namespace Portlight.Console.Tests.Browser;

/// <summary>What a screen reader would say: each page as the browser hands it to one, in a file that a person reads. Ages and numbers of a run are left out.</summary>
public sealed partial class SpokenTests(Chromium chromium, ConsoleFixture fixture) : IClassFixture<ConsoleFixture>
{
    [Fact]
    public async Task Each_page_says_what_it_is_and_what_can_be_done()
    {
        await fixture.CreateAsync("web-1", "env=prod", Tcp(22), Tcp(443), Tcp(3306, "203.0.113.0/24"));
        await fixture.CreateAsync("db-1", null, Tcp(5432, "192.0.2.7/32"));
        await fixture.CallOwnAsync("PutNamedNetwork", new() { NetworkName = "office", Cidrs = ["203.0.113.0/24"] }, PortlightJson.Default.PutNamedNetworkRequest, PortlightJson.Default.PutNamedNetworkResponse);
        await fixture.UserAsync("alice", """{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"lightsail:Get*","Resource":"*"}]}""");
        await using var tab = await Tab.OpenAsync(chromium, fixture);
        await tab.VisitAsync(fixture, "us-east-1/instances");
        var said = new StringBuilder();
        foreach (var path in new[]
        {
            "us-east-1/instances", "us-east-1/instances/web-1/networking", "us-east-1/instances/web-1/history", "us-east-1/instances/web-1/manage", "us-east-1/instances/new",
            "us-east-1/exposure?port=tcp/22", "us-east-1/refusals", "activity?what=ports", "us-east-1/explain", "hosts", "names", "access/users", "access/users/alice", "access/policy?kind=users&of=alice&policy=own", "access/simulate",
        })
        {
            await tab.GoAsync(path);
            if (path.EndsWith("/instances", StringComparison.Ordinal))
            {
                // The rows come once the browser has told how much of the list is on the screen.
                await Assertions.Expect(tab.Page.Locator("td .name")).ToHaveCountAsync(2);
            }

            said.Append("## ").Append(path).Append("\n\n").Append(await tab.Page.Locator("main").AriaSnapshotAsync()).Append("\n\n");
        }

        await tab.GoAsync("us-east-1/instances/web-1/networking");
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Edit SSH" }).ClickAsync();
        await Assertions.Expect(tab.Page.GetByRole(AriaRole.Group, new() { Name = "Edit SSH" })).ToBeVisibleAsync();
        said.Append("## the editor of a rule\n\n").Append(await tab.Page.GetByRole(AriaRole.Group, new() { Name = "Edit SSH" }).AriaSnapshotAsync()).Append("\n\n");
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Close this rule" }).ClickAsync();
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Review changes" }).ClickAsync();
        // The connections that it would cut are asked for once the review is shown.
        await Assertions.Expect(tab.Page.Locator("#review")).ToContainTextAsync("Which they are cannot be told");
        said.Append("## the review\n\n").Append(await tab.Page.GetByRole(AriaRole.Dialog).AriaSnapshotAsync()).Append('\n');

        Golden.Match("spoken.txt", OfThisRun().Replace(said.ToString().Replace("127.0.0.1", " my address", StringComparison.Ordinal), "…"));
    }

    /// <summary>Ages, days and times, keys, ids, ARNs' accounts, revisions.</summary>
    [GeneratedRegex(@"(?<=\b(?:Changes of ports|What was refused|Access and sign-ins|What the server did|Instances, tags and the rest|Reads) )[\d,]+|\d{1,2} [A-Z][a-z]{2} \d\d:\d\d|(?<="")[\d,]+(?= events?)|(?<=paragraph: |status: )[\d,]+(?= events?)|\b(just now|yesterday|\d+ (s|min|h|d) ago|\w+, \d{1,2} [A-Z]\w+( \d{4})?|\d\d:\d\d(:\d\d)?)\b|AKIA\w+|(?<=revision )[\d,]+|(?<=iam::)\d+|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")]
    private static partial Regex OfThisRun();
}
