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

    [Fact]
    public void Every_verb_finds_the_directory_that_the_settings_file_names()
    {
        var folder = Directory.CreateTempSubdirectory("portlight-data-");
        try
        {
            var standard = Path.Combine(folder.FullName, "portlight.toml");
            File.WriteAllText(standard, "data = \"/srv/ports\"\nlissten = \"another verb's matter\"\n");
            Dictionary<string, string> environment = new() { ["XDG_CONFIG_HOME"] = folder.FullName, ["HOME"] = "/people/a" };
            string Resolve(string? option = null) => DataDirectory.Resolve(option, isRoot: false, environment.GetValueOrDefault);

            Assert.Equal("/srv/ports", Resolve());
            Assert.Equal("/mine", Resolve("/mine"));
            environment["PORTLIGHT_DATA"] = "/env";
            Assert.Equal("/env", Resolve());

            environment.Remove("PORTLIGHT_DATA");
            environment["PORTLIGHT_SETTINGS"] = standard + ".not";
            Assert.Throws<UsageException>(() => Resolve());
            environment.Remove("PORTLIGHT_SETTINGS");
            environment["XDG_CONFIG_HOME"] = "/nowhere";
            Assert.Equal("/people/a/.local/share/portlight", Resolve());
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
