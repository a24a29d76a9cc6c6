using Portlight.Console.Shell;

namespace Portlight.Console.Tests.Shell;

public sealed class CsvTextTests
{
    [Theory]
    [InlineData("web-1", "web-1")]
    [InlineData("a,b", "\"a,b\"")]
    [InlineData("a\"b", "\"a\"\"b\"")]
    [InlineData("=1+1", "'=1+1")]
    [InlineData("-1+1", "'-1+1")]
    [InlineData("-1", "-1")]
    public void A_cell_is_a_text_whatever_is_in_it(string text, string cell) => Assert.Equal(cell, CsvText.Cell(text));
}
