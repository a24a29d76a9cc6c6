using Portlight.Wire.PortlightApi;

namespace Portlight.Server.Tests;

public sealed class StatusPageTests
{
    [Fact]
    public async Task Status_of_many_instances_comes_page_by_page_and_tells_each_once()
    {
        await using var server = await ServerHarness.StartAsync(options => options with { RequestsPerSecond = 0 });
        var names = Enumerable.Range(1, 125).Select(number => $"web-{number}").ToList();
        foreach (var name in names)
        {
            await server.AddInstanceAsync(name);
        }

        var (found, pages, token) = (new List<string>(), 0, (string?)null);
        do
        {
            var page = await server.Client().SendAsync("Portlight_20261122.GetStatus", new() { PageToken = token }, PortlightJson.Default.GetStatusRequest, PortlightJson.Default.GetStatusResponse, TestContext.Current.CancellationToken);
            found.AddRange(page.Instances.Select(instance => instance.Name));
            (pages, token) = (pages + 1, page.NextPageToken);
        }
        while (token is not null);

        Assert.Equal(names, found);
        Assert.Equal(3, pages);
    }
}
