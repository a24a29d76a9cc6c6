using Bunit;
using Portlight.Console.Networking;
using Portlight.Console.Ports;

namespace Portlight.Console.Tests.Networking;

public sealed class RuleEditorTests : BunitContext
{
    private PortRule _rule = new("tcp", 22, 22, ["0.0.0.0/0"]);

    [Fact]
    public void An_application_sets_protocol_and_port_and_only_a_custom_one_lets_them_be_typed()
    {
        var editor = RenderEditor();
        Assert.True(Ports(editor).HasAttribute("disabled"));

        editor.Find("select").Change("PostgreSQL");
        Assert.Equal(("tcp", 5432, 5432), _rule.Key);

        editor = RenderEditor(editor);
        editor.Find("select").Change("Custom");
        Assert.False(Ports(editor).HasAttribute("disabled"));
        Ports(editor).Change("8080-8090");
        Assert.Equal(("tcp", 8080, 8090), _rule.Key);
    }

    [Fact]
    public void What_is_no_port_is_told_and_changes_nothing()
    {
        var editor = RenderEditor();
        editor.Find("select").Change("Custom");

        Ports(editor).Change("70000");

        Assert.Equal(("tcp", 22, 22), _rule.Key);
        Assert.Equal("true", Ports(editor).GetAttribute("aria-invalid"));
        Assert.Contains("65535", editor.Find("[role=alert]").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public void One_button_leaves_only_the_persons_own_address()
    {
        var editor = RenderEditor();

        editor.FindAll("button").Single(button => button.TextContent.Contains("Only my address", StringComparison.Ordinal)).Click();

        Assert.Equal(["198.51.100.23"], _rule.Sources);
    }

    private static AngleSharp.Dom.IElement Ports(IRenderedComponent<RuleEditor> editor) => editor.FindAll("label.field input")[0];

    private IRenderedComponent<RuleEditor> RenderEditor(IRenderedComponent<RuleEditor>? shown = null)
    {
        if (shown is not null)
        {
            shown.Render(parameters => parameters.Add(editor => editor.Rule, _rule));
            return shown;
        }

        return Render<RuleEditor>(parameters => parameters
            .Add(editor => editor.Id, "rule-0")
            .Add(editor => editor.Rule, _rule)
            .Add(editor => editor.RuleChanged, rule => _rule = rule)
            .Add(editor => editor.Mine, "198.51.100.23"));
    }
}
