using System.Net.Sockets;
using CsCheck;
using Portlight.Api;
using Portlight.Cli.Settings;

namespace Portlight.Cli.Tests.Settings;

public sealed class SettingsReaderTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("portlight-settings-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void Nothing_said_means_the_defaults()
    {
        var options = Read();
        Assert.Equal(new ServeOptions { DataDirectory = "/data" } with { Listen = options.Listen, BrowserClientSources = options.BrowserClientSources }, options);
        Assert.Equal("http://127.0.0.1:8580/", Assert.Single(options.Listen).ToString());
    }

    /// <summary>The words of help and docs are no second truth: reading them gives the default.</summary>
    [Fact]
    public void The_default_that_a_setting_shows_is_the_default_that_it_has()
    {
        string[] inWords = ["none", "made up", DataDirectory.DefaultInWords, ServeSettings.AuditLogDefaultInWords, ServeSettings.InstanceQuotaDefaultInWords];
        foreach (var setting in ServeSettings.All.Where(setting => !inWords.Contains(setting.Default)))
        {
            var untouched = new ServeOptions { DataDirectory = "/data" };
            var read = setting.Read(untouched, [setting.Default], out var problem);
            Assert.True(read is not null, $"{setting.Name}: {problem}");
            Assert.Equal(untouched with { Listen = default }, read with { Listen = default });
        }
    }

    [Fact]
    public void A_console_answers_where_it_is_told_and_the_option_alone_means_the_usual_address()
    {
        Assert.Null(Read().Console);
        Assert.Equal(new Uri("http://192.0.2.1:1"), Read([("console", ["http://192.0.2.1:1"])]).Console);
        var line = new ServeCommandLine();
        var command = new System.CommandLine.Command("serve");
        line.AddTo(command);
        Assert.Equal(new Uri(ServeSettings.DefaultConsole), line.Read(command.Parse("--data /data --console --enforce record")).Options!.Console);
    }

    [Fact]
    public void The_audit_log_goes_where_it_is_told_or_stays_in_the_database()
    {
        Assert.Equal((true, "/var/log/portlight"), (Read([("audit-log", ["/var/log/portlight"])]).ExportsAudit, Read([("audit-log", ["/var/log/portlight"])]).AuditDirectory));
        Assert.Equal((false, null), (Read([("audit-log", ["off"])]).ExportsAudit, Read([("audit-log", ["off"])]).AuditDirectory));
        Assert.Equal((true, null), (Read().ExportsAudit, Read().AuditDirectory));
        Assert.Equal(TimeSpan.FromDays(400), Read([("audit-retention", ["400d"])]).AuditRetention);
    }

    [Theory]
    [InlineData(".toml", "data = \"data\"\naudit-log = \"../log\"\ntls-cert = \"/etc/cert.pem\"\ntls-key = \"key.pem\"\nlisten = \"https://127.0.0.1:1\"\n")]
    [InlineData(".json", """{"data":"data","audit-log":"../log","tls-cert":"/etc/cert.pem","tls-key":"key.pem","listen":"https://127.0.0.1:1"}""")]
    public void A_relative_path_in_a_settings_file_is_relative_to_its_folder(string ending, string text)
    {
        var folder = _folder.CreateSubdirectory("etc").FullName;
        var options = Read([], [], Write($"etc/a{ending}", text));
        Assert.Equal(
            (Path.Combine(folder, "data"), Path.Combine(_folder.FullName, "log"), "/etc/cert.pem", Path.Combine(folder, "key.pem")),
            (options.DataDirectory, options.AuditDirectory, options.TlsCertificate, options.TlsKey));
        Assert.False(Read([], [], Write("etc/off.toml", "audit-log = \"off\"\n")).ExportsAudit);
        // Typed at a prompt, it is relative to where one stands.
        Assert.Equal(Path.GetFullPath("log"), Read([("audit-log", ["log"])]).AuditDirectory);
    }

    [Fact]
    public void Every_setting_that_takes_a_file_or_a_directory_is_known_to() =>
        Assert.Equal(
            ServeSettings.All.Where(setting => setting.Value.Contains("FILE", StringComparison.Ordinal) || setting.Value.Contains("DIR", StringComparison.Ordinal)),
            ServeSettings.All.Where(setting => setting.IsPath));

    [Fact]
    public void The_nearer_source_wins()
    {
        var file = Write("a.toml", "region = \"eu-west-1\"\nenforce = \"record\"\nlisten = [\"http://127.0.0.1:1\"]\n");
        var options = Read(
            [("region", ["us-west-2"])],
            new() { ["PORTLIGHT_REGION"] = "eu-west-2", ["PORTLIGHT_LISTEN"] = "http://127.0.0.1:2, http://[::1]:3" },
            file);
        Assert.Equal("us-west-2", options.Region);
        Assert.Equal(EnforceMode.Record, options.Enforce);
        Assert.Equal([2, 3], options.Listen.Select(uri => uri.Port));
    }

    [Theory]
    [InlineData("a.toml", "lab-ipv4 = \"203.0.113.0/24\"\nsources-per-family = 7\nbrowser-client-sources = [\"192.0.2.0/24\", \"2001:db8::/32\"]\n")]
    [InlineData("a.json", """{"lab-ipv4": "203.0.113.0/24", "sources-per-family": 7, "browser-client-sources": ["192.0.2.0/24", "2001:db8::/32"]}""")]
    public void Both_kinds_of_file_say_the_same(string name, string text)
    {
        var options = Read(file: Write(name, text));
        Assert.Equal("203.0.113.0/24", options.LabIpv4.ToString());
        Assert.Equal(7, options.SourcesPerFamily);
        Assert.Equal([AddressFamily.InterNetwork, AddressFamily.InterNetworkV6], options.BrowserClientSources.Select(block => block.Family));
    }

    [Theory]
    [InlineData("a.toml", "lissten = \"x\"\n", "`lissten` is not a setting; did you mean `listen`?")]
    [InlineData("a.json", """{"Listen": "http://127.0.0.1:1"}""", "`Listen` is not a setting; did you mean `listen`?")]
    [InlineData("a.toml", "[serve]\nregion = \"x\"\n", "without [tables]")]
    [InlineData("a.toml", "region = \n", "line 1")]
    [InlineData("a.toml", "region = \"a\"\nregion = \"b\"\n", "region")]
    [InlineData("a.json", """{"region": "a", "region": "b"}""", "region")]
    [InlineData("a.json", """{"region": true}""", "`region` must be a string")]
    [InlineData("a.json", """{"region": ["a", "b"]}""", "must be given once")]
    [InlineData("a.json", "[]", "one JSON object")]
    [InlineData("a.yaml", "region: x\n", "must end in .toml or .json")]
    public void A_file_that_is_not_understood_is_refused(string name, string text, string reason) =>
        Assert.Contains(Problems(file: Write(name, text)), problem => problem.Contains(reason, StringComparison.Ordinal) && problem.Contains(name, StringComparison.Ordinal));

    [Fact]
    public void A_file_that_is_not_there_is_refused() =>
        Assert.Contains("nowhere.toml", Assert.Single(Problems(file: Path.Combine(_folder.FullName, "nowhere.toml"))), StringComparison.Ordinal);

    [Fact]
    public void The_environment_may_name_the_file() =>
        Assert.Equal("eu-west-3", Read(environment: new() { ["PORTLIGHT_SETTINGS"] = Write("a.json", """{"region": "eu-west-3"}""") }).Region);

    [Fact]
    public void The_default_file_is_read_when_it_is_there_and_no_other_is_named()
    {
        var standard = Write("portlight.toml", "region = \"eu-west-3\"\n");
        var other = Write("other.toml", "enforce = \"record\"\n");
        SettingsReading ReadAll(string? named, Dictionary<string, string> environment, string? file) =>
            SettingsReader.ReadAll(new Dictionary<Setting, IReadOnlyList<string>>(), named, environment, file, "/data");

        Assert.Equal((standard, "eu-west-3"), (ReadAll(null, [], standard).File, ReadAll(null, [], standard).Require().Region));
        Assert.Equal((other, "us-east-1"), (ReadAll(other, [], standard).File, ReadAll(other, [], standard).Require().Region));
        Assert.Equal(other, ReadAll(null, new() { ["PORTLIGHT_SETTINGS"] = other }, standard).File);
        Assert.Null(ReadAll(null, [], standard + ".not").File);

        var reading = ReadAll(null, new() { ["PORTLIGHT_ENFORCE"] = "kernel" }, standard);
        Assert.Equal([("PORTLIGHT_ENFORCE", "kernel"), ($"{standard}: region", "eu-west-3")], reading.Origins.Values.OrderBy(origin => origin.Place, StringComparer.Ordinal).Reverse());
        Assert.True(reading.Names("region") && !reading.Names("listen"));
    }

    [Fact]
    public void An_unknown_variable_of_ours_is_refused_and_one_of_others_is_not() =>
        Assert.Equal(
            ["the environment variable PORTLIGHT_LISTN is not a setting; did you mean `PORTLIGHT_LISTEN`?; docs/settings.md lists them"],
            Problems(environment: new() { ["PORTLIGHT_LISTN"] = "x", ["LISTEN"] = "y", ["portlight_x"] = "z" }));

    [Fact]
    public void An_empty_variable_is_an_unset_one() => Assert.Equal("us-east-1", Read(environment: new() { ["PORTLIGHT_REGION"] = "" }).Region);

    [Fact]
    public void Every_problem_is_told_and_the_place_it_stands_in() =>
        Assert.Collection(
            Problems([("enforce", ["maybe"])], new() { ["PORTLIGHT_LAB_IPV4"] = "10.1/8" }, Write("a.json", """{"confirm-timeout": 3}""")),
            problem => Assert.StartsWith("--enforce: `maybe` must be", problem, StringComparison.Ordinal),
            problem => Assert.Contains("a.json: confirm-timeout: `3` must be", problem, StringComparison.Ordinal),
            problem => Assert.StartsWith("PORTLIGHT_LAB_IPV4: `10.1/8` must be", problem, StringComparison.Ordinal));

    /// <summary>A bad line of the file must not wait for the day the command line drops its option.</summary>
    [Fact]
    public void A_source_that_loses_is_checked_too() =>
        Assert.Single(Problems([("region", ["us-west-2"])], file: Write("a.json", """{"region": "Not A Region"}""")));

    [Theory]
    [InlineData("https://127.0.0.1:1", null, null, "needs both")]
    [InlineData("https://127.0.0.1:1", "c.pem", null, "needs both")]
    [InlineData("http://127.0.0.1:1", "c.pem", "k.pem", "names one")]
    public void Https_and_a_certificate_come_together(string listen, string? certificate, string? key, string reason)
    {
        List<(string, string[])> given = [("listen", [listen])];
        given.AddRange(certificate is null ? [] : [("tls-cert", [certificate])]);
        given.AddRange(key is null ? [] : [("tls-key", [key])]);
        Assert.Contains(reason, Assert.Single(Problems([.. given])), StringComparison.Ordinal);
    }

    [Fact]
    public void An_address_is_listened_on_once() =>
        Assert.Contains("more than once", Assert.Single(Problems([("listen", ["http://127.0.0.1:9", "http://127.0.0.1:9/"])])), StringComparison.Ordinal);

    [Fact]
    public void No_text_of_a_setting_crashes_its_reader() =>
        Gen.Select(Gen.Int[0, ServeSettings.All.Length - 1], Gen.String).Sample((index, text) =>
        {
            var setting = ServeSettings.All[index];
            var read = setting.Read(new ServeOptions { DataDirectory = "/data" }, [text.Replace("\0", "", StringComparison.Ordinal)], out var problem);
            return read is not null || problem.Length > 0;
        });

    private static ServeOptions Read((string Name, string[] Texts)[]? commandLine = null, Dictionary<string, string>? environment = null, string? file = null)
    {
        var options = SettingsReader.Read(CommandLine(commandLine ?? []), file, environment ?? [], "/data", out var problems);
        Assert.Empty(problems);
        return options!;
    }

    private static IReadOnlyList<string> Problems((string Name, string[] Texts)[]? commandLine = null, Dictionary<string, string>? environment = null, string? file = null)
    {
        Assert.Null(SettingsReader.Read(CommandLine(commandLine ?? []), file, environment ?? [], "/data", out var problems));
        return problems;
    }

    private static Dictionary<Setting, IReadOnlyList<string>> CommandLine((string Name, string[] Texts)[] given) =>
        given.ToDictionary(option => ServeSettings.Find(option.Name)!, option => (IReadOnlyList<string>)option.Texts);

    private string Write(string name, string text)
    {
        var path = Path.Combine(_folder.FullName, name);
        File.WriteAllText(path, text);
        return path;
    }
}
