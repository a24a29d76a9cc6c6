using System.Globalization;
using Microsoft.Playwright;

namespace Portlight.Console.Tests.Browser;

/// <summary>People who tell few colours apart: as Chromium shows the pages to them, each text and mark stands out, and no two shapes are told apart by their colours alone.</summary>
public sealed class VisionTests(Chromium chromium, ConsoleFixture fixture) : IClassFixture<ConsoleFixture>
{
    private static readonly string[] Surfaces = ["sunken", "canvas", "surface", "raised", "hover"];

    /// <summary>Colours of texts, each with the tints that it is written on beside the surfaces.</summary>
    private static readonly (string Text, string[] On)[] Texts =
    [
        ("text", ["accent-soft", "bad-soft"]), ("text-2", []), ("text-3", []), ("accent", ["accent-soft"]), ("opens", ["opens-soft"]), ("closes", ["closes-soft"]), ("narrows", ["narrows-soft"]),
        ("good", ["good-soft"]), ("warn", ["warn-soft"]), ("bad", ["bad-soft"]), ("world", ["bad-soft"]), ("on-ink", ["ink"]),
    ];

    /// <summary>Colours of the marks of how widely a port is open.</summary>
    private static readonly string[] Marks = ["one", "range", "world", "public"];

    [Theory]
    [InlineData("none", ColorScheme.Light)]
    [InlineData("none", ColorScheme.Dark)]
    [InlineData("protanopia", ColorScheme.Light)]
    [InlineData("protanopia", ColorScheme.Dark)]
    [InlineData("deuteranopia", ColorScheme.Light)]
    [InlineData("deuteranopia", ColorScheme.Dark)]
    [InlineData("tritanopia", ColorScheme.Light)]
    [InlineData("tritanopia", ColorScheme.Dark)]
    public async Task Every_text_and_mark_stands_out_from_what_it_is_on(string deficiency, ColorScheme scheme)
    {
        await using var tab = await Tab.OpenAsync(chromium, fixture);
        await tab.Page.GotoAsync("sign-in");
        await tab.Page.EmulateMediaAsync(new() { ColorScheme = scheme });
        string[] tokens = [.. Surfaces, .. Texts.Select(text => text.Text), .. Texts.SelectMany(text => text.On), .. Marks];

        var plain = await ColoursAsync(tab.Page, tokens, "none");
        var seen = await ColoursAsync(tab.Page, tokens, deficiency);

        // Else the browser has shown it as it is, and nothing was tried.
        Assert.Equal(deficiency == "none", plain["bad"] == seen["bad"]);
        var faint = Texts.SelectMany(text => (text.Text is "on-ink" or "world" ? [] : Surfaces).Concat(text.On).Select(on => (Mark: text.Text, On: on, Least: 4.5)))
            .Concat(Marks.SelectMany(mark => Surfaces.Select(on => (Mark: mark, On: on, Least: 3.0))))
            .Where(pair => Contrast(seen[pair.Mark], seen[pair.On]) < pair.Least)
            .Select(pair => string.Create(CultureInfo.InvariantCulture, $"{pair.Mark} on {pair.On}: {Contrast(seen[pair.Mark], seen[pair.On]):0.00}, at least {pair.Least}"));
        Assert.Empty(faint);
    }

    [Fact]
    public async Task In_one_colour_each_width_of_a_port_and_each_state_has_a_shape_of_its_own()
    {
        await using var tab = await Tab.OpenAsync(chromium, fixture);
        await tab.Page.GotoAsync("sign-in");
        string[] shapes = ["ap ap0", "ap ap1", "ap ap2", "ap ap3", "ap ap4", "state", "state off", "state wait", "state bad"];

        await tab.Page.EvaluateAsync(
            """
            shapes => {
              for (const name of ["one", "range", "world", "public", "line-strong", "good", "bad", "accent", "text-2", "text-3"]) document.documentElement.style.setProperty(`--${name}`, "#000");
              document.body.replaceChildren(...shapes.map(css => { const one = document.createElement("div"), mark = document.createElement("i"); one.className = "trial"; one.style.cssText = "width:20px;height:20px;padding:3px;background:#fff"; mark.className = css; one.append(mark); return one; }));
            }
            """, shapes);

        Dictionary<string, string> pictures = [];
        for (var i = 0; i < shapes.Length; i++)
        {
            pictures[shapes[i]] = Convert.ToBase64String(await tab.Page.Locator(".trial").Nth(i).ScreenshotAsync());
        }

        foreach (var kind in (string[])["ap", "state"])
        {
            var alike = pictures.Where(one => one.Key.Split(' ')[0] == kind).GroupBy(one => one.Value).Where(group => group.Count() > 1).Select(group => string.Join(" = ", group.Select(one => one.Key)));
            Assert.Empty(alike);
        }
    }

    /// <summary>What each colour of the style sheet is on the screen.</summary>
    private static async Task<Dictionary<string, (double R, double G, double B)>> ColoursAsync(IPage page, string[] tokens, string deficiency)
    {
        var cdp = await page.Context.NewCDPSessionAsync(page);
        await cdp.SendAsync("Emulation.setEmulatedVisionDeficiency", new() { ["type"] = deficiency });
        await page.EvaluateAsync(
            """
            tokens => {
              const row = document.createElement("div");
              row.style.cssText = "position:fixed;inset:0 auto auto 0;z-index:99;display:flex";
              row.append(...tokens.map(token => { const one = document.createElement("div"); one.style.cssText = `width:10px;height:10px;background:var(--${token})`; return one; }));
              document.body.append(row);
            }
            """, tokens);
        var picture = await page.ScreenshotAsync(new() { Clip = new() { X = 0, Y = 0, Width = tokens.Length * 10, Height = 10 } });
        await cdp.SendAsync("Emulation.setEmulatedVisionDeficiency", new() { ["type"] = "none" });
        var pixels = await page.EvaluateAsync<int[][]>(
            """
            async ([png, count]) => {
              const picture = new Image();
              picture.src = "data:image/png;base64," + png;
              await picture.decode();
              const canvas = document.createElement("canvas");
              [canvas.width, canvas.height] = [picture.width, picture.height];
              const drawn = canvas.getContext("2d");
              drawn.drawImage(picture, 0, 0);
              return [...Array(count).keys()].map(i => [...drawn.getImageData(i * 10 + 5, 5, 1, 1).data]);
            }
            """, new object[] { Convert.ToBase64String(picture), tokens.Length });
        return tokens.Select((token, place) => (token, pixels[place])).DistinctBy(one => one.token).ToDictionary(one => one.token, one => ((double)one.Item2[0], (double)one.Item2[1], (double)one.Item2[2]));
    }

    /// <summary>As WCAG 2.2 defines it.</summary>
    private static double Contrast((double R, double G, double B) one, (double R, double G, double B) other)
    {
        var (light, dark) = (Luminance(one), Luminance(other));
        return (Math.Max(light, dark) + 0.05) / (Math.Min(light, dark) + 0.05);
    }

    private static double Luminance((double R, double G, double B) colour) => (0.2126 * Linear(colour.R)) + (0.7152 * Linear(colour.G)) + (0.0722 * Linear(colour.B));

    private static double Linear(double part) => part / 255 <= 0.04045 ? part / 255 / 12.92 : Math.Pow(((part / 255) + 0.055) / 1.055, 2.4);
}
