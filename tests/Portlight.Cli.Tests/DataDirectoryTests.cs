namespace Portlight.Cli.Tests;

public class DataDirectoryTests
{
    [Theory]
    [InlineData(true, null, "/root", "/var/lib/portlight")]
    [InlineData(true, "/x", "/root", "/var/lib/portlight")]
    [InlineData(false, "/x", "/people/a", "/x/portlight")]
    [InlineData(false, null, "/people/a", "/people/a/.local/share/portlight")]
    [InlineData(false, "", "/people/a", "/people/a/.local/share/portlight")]
    [InlineData(false, "relative", "/people/a", "/people/a/.local/share/portlight")]
    public void Root_has_the_machines_and_others_their_own(bool isRoot, string? xdg, string home, string expected) =>
        Assert.Equal(expected, DataDirectory.Default(isRoot, name => name == "HOME" ? home : xdg));
}
