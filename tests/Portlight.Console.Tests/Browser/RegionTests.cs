using Microsoft.Playwright;
using Portlight.TestKit.Network;
using Portlight.Wire.Client;
using Portlight.Wire.Lightsail;
using Portlight.Wire.PortlightApi;
using static Portlight.Console.Tests.Browser.ServedConsole;

namespace Portlight.Console.Tests.Browser;

/// <summary>A person that is signed in looks at every region that the server serves.</summary>
public sealed class RegionTests(Chromium chromium, ConsoleFixture fixture) : IClassFixture<ConsoleFixture>
{
    private const string Other = "eu-west-1";

    [Fact]
    public async Task Another_region_is_chosen_without_signing_in_again_and_each_tab_stays_in_its_own()
    {
        await OpenOtherAsync();
        await fixture.CreateAsync("twin-1", null, Tcp(22));
        await CreateThereAsync("twin-1");
        await using var tab = await Tab.OpenAsync(chromium, fixture);
        await tab.VisitAsync(fixture, "us-east-1/instances?q=twin-");
        var page = tab.Page;
        await Assertions.Expect(page.GetByRole(AriaRole.List, new() { Name = "Open ports of twin-1" })).ToHaveTextAsync("22");

        await page.Locator("summary.scope").ClickAsync();
        await tab.IsAccessibleAsync();
        await tab.PictureAsync("regions-1440-light", isWhole: false);
        await page.GetByRole(AriaRole.Navigation, new() { Name = "Regions" }).GetByRole(AriaRole.Link, new() { Name = Other }).ClickAsync();

        await page.WaitForURLAsync($"**/{Other}/instances");
        await tab.LiveAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.List, new() { Name = "Open ports of twin-1" })).ToContainTextAsync("80");
        await page.GetByRole(AriaRole.Link, new() { Name = "twin-1", Exact = true }).ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Button, new() { Name = "Edit HTTP", Exact = true })).ToBeEnabledAsync();

        // A page of no region leads back to the one that was looked at last; another tab is where its address says.
        await tab.GoAsync("hosts");
        await page.GetByRole(AriaRole.Navigation, new() { Name = "Main", Exact = true }).GetByRole(AriaRole.Link, new() { Name = "Exposure" }).ClickAsync();
        await page.WaitForURLAsync($"**/{Other}/exposure");
        var second = await page.Context.NewPageAsync();
        await second.GotoAsync("us-east-1/instances/twin-1/networking");
        await second.GetByRole(AriaRole.Button, new() { Name = "Edit SSH", Exact = true }).ClickAsync();
        await second.GetByRole(AriaRole.Button, new() { Name = "Close this rule" }).ClickAsync();
        await page.GotoAsync($"{Other}/instances");
        await tab.LiveAsync();
        await second.GetByRole(AriaRole.Button, new() { Name = "Review changes" }).ClickAsync();
        await second.GetByRole(AriaRole.Button, new() { Name = "Apply 1 change" }).ClickAsync();
        await Assertions.Expect(second.Locator(".note.good").First).ToBeVisibleAsync();
        Assert.Empty(await fixture.PortsAsync("twin-1"));
        await Assertions.Expect(page.GetByRole(AriaRole.List, new() { Name = "Open ports of twin-1" })).ToContainTextAsync("80");
    }

    [Fact]
    public async Task An_address_of_a_region_that_is_not_served_says_which_are_and_signs_nobody_out()
    {
        await OpenOtherAsync();
        await using var tab = await Tab.OpenAsync(chromium, fixture);
        await tab.VisitAsync(fixture, "us-east-1/instances");

        await tab.GoAsync("mars-north-1/instances");

        await Assertions.Expect(tab.Page.GetByRole(AriaRole.Alert)).ToContainTextAsync("This installation has opened: eu-west-1, us-east-1.");
        await tab.IsAccessibleAsync();
        await tab.GoAsync("hosts");
        await tab.Page.GetByRole(AriaRole.Navigation, new() { Name = "Main", Exact = true }).GetByRole(AriaRole.Link, new() { Name = "Exposure" }).ClickAsync();
        await tab.Page.WaitForURLAsync("**/us-east-1/exposure");
    }

    private Task OpenOtherAsync() =>
        fixture.CallOwnAsync("OpenRegion", new OpenRegionRequest { RegionName = Other }, PortlightJson.Default.OpenRegionRequest, PortlightJson.Default.OpenRegionResponse);

    /// <summary>Makes an instance in the other region, as soon as that is set up.</summary>
    private async Task CreateThereAsync(string name)
    {
        using var deadline = new CancellationTokenSource(Deadline.Span);
        while (true)
        {
            try
            {
                await fixture.CallAsync(
                    "CreateInstances", new CreateInstancesRequest { InstanceNames = [name], AvailabilityZone = Other + "a", BlueprintId = "debian_12", BundleId = "nano_3_0" },
                    LightsailJson.Default.CreateInstancesRequest, LightsailJson.Default.CreateInstancesResponse, Other);
                return;
            }
            catch (AwsErrorException error) when (error.Type == "RegionSetupInProgressException" && !deadline.IsCancellationRequested)
            {
                // It is set up beside this.
            }
        }
    }
}
