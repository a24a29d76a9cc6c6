using Portlight.Console.Shell;

namespace Portlight.Console.Tests.Shell;

public sealed class PaletteQuestionTests
{
    [Theory]
    [InlineData("who can reach 22?", 22)]
    [InlineData("Who reaches port 5432", 5432)]
    [InlineData("443", 443)]
    [InlineData("port 80", 80)]
    [InlineData("open:25", 25)]
    public void A_question_about_a_port_is_understood(string text, int port) => Assert.Equal(port, PaletteQuestion.Port(text));

    [Theory]
    [InlineData("web-1")]
    [InlineData("10.0.0.1")]
    [InlineData("65536")]
    [InlineData("who am i")]
    public void Names_and_addresses_are_no_such_question(string text) => Assert.Null(PaletteQuestion.Port(text));

    [Theory]
    [InlineData("could 198.51.100.23 reach 22 on web-1?")]
    [InlineData("198.51.100.23 reach 22 on web-1")]
    public void A_question_about_a_packet_is_understood(string text) => Assert.Equal(("198.51.100.23", "22", "web-1"), PaletteQuestion.Packet(text));
}
