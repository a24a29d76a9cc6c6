using Bunit;
using Microsoft.AspNetCore.Components.Web;
using Portlight.Console.Networking;

namespace Portlight.Console.Tests.Networking;

public sealed class SourceTokensTests : BunitContext
{
    private IReadOnlyList<string> _sources = ["192.0.2.7/32", "0.0.0.0/0"];

    [Fact]
    public void What_is_typed_becomes_a_source_at_a_comma_at_Enter_and_when_the_field_is_left()
    {
        var tokens = RenderTokens();

        tokens.Find("input").Input("198.51.100.7, 203.0.113.0/24");
        Assert.Equal(["192.0.2.7/32", "0.0.0.0/0", "198.51.100.7", "203.0.113.0/24"], _sources);

        tokens = RenderTokens();
        tokens.Find("input").Input("2001:db8::7");
        tokens.Find("input").KeyDown(new KeyboardEventArgs { Key = "Enter" });
        Assert.Equal("2001:db8::7", _sources[^1]);

        tokens = RenderTokens();
        tokens.Find("input").Input("lightsail-connect");
        tokens.Find("input").Blur();
        Assert.Equal("lightsail-connect", _sources[^1]);
    }

    [Fact]
    public void A_source_is_taken_out_by_its_button_and_the_last_by_Backspace_in_the_empty_field()
    {
        var tokens = RenderTokens();

        tokens.Find("button[aria-label='Remove 192.0.2.7']").Click();
        Assert.Equal(["0.0.0.0/0"], _sources);

        tokens = RenderTokens();
        tokens.Find("input").KeyDown(new KeyboardEventArgs { Key = "Backspace" });
        Assert.Empty(_sources);
    }

    [Fact]
    public void A_source_that_is_not_valid_is_marked_and_the_field_says_why()
    {
        var tokens = RenderTokens(new Dictionary<string, string> { ["192.0.2.7/32"] = "it is none" });

        Assert.Equal("192.0.2.7", tokens.Find(".token.bad").TextContent);
        Assert.Equal("it is none", tokens.Find("#one-e").TextContent);
        Assert.Equal("one-e", tokens.Find("input").GetAttribute("aria-describedby"));
    }

    private IRenderedComponent<SourceTokens> RenderTokens(IReadOnlyDictionary<string, string>? problems = null) =>
        Render<SourceTokens>(parameters => parameters
            .Add(tokens => tokens.Id, "one")
            .Add(tokens => tokens.Sources, _sources)
            .Add(tokens => tokens.SourcesChanged, sources => _sources = sources)
            .Add(tokens => tokens.Problems, problems ?? new Dictionary<string, string>()));
}
