using Portlight.Wire.Query;

namespace Portlight.Wire.Tests.Query;

/// <summary>Texts that XML cannot hold do not make an answer fail.</summary>
public sealed class XmlTextTests
{
    [Theory]
    [InlineData("plain ä 日 😀 \t\n", "plain ä 日 😀 \t\n")]
    [InlineData("a\u0001b", "a\uFFFDb")]
    [InlineData("a\uFFFEb\uFFFF", "a\uFFFDb\uFFFD")]
    public void What_XML_cannot_hold_is_replaced(string text, string shown) => Assert.Equal(shown, Shown(text));

    [Fact]
    public void Half_a_surrogate_pair_is_replaced() => Assert.Equal("a\uFFFDb\uFFFD", Shown($"a{(char)0xD800}b{(char)0xDC00}"));

    private static string Shown(string text)
    {
        using var answer = new XmlAnswer("Get", "https://example.com/");
        answer.Text("Value", text);

        var read = System.Xml.Linq.XDocument.Parse(System.Text.Encoding.UTF8.GetString(answer.Finish("1").Span), System.Xml.Linq.LoadOptions.PreserveWhitespace);

        return read.Descendants().Single(element => element.Name.LocalName == "Value").Value;
    }
}
