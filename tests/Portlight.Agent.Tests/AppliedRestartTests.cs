using System.Text.Json.Serialization.Metadata;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Portlight.Agent.Applied;
using Portlight.Domain;
using Portlight.Nftables;

namespace Portlight.Agent.Tests;

/// <summary>What a restart does with the file of applied rules that the run before has left.</summary>
public sealed class AppliedRestartTests : IDisposable
{
    private static readonly RulesetOptions Options = Sample.FullOptions;
    private static readonly FilteredAttachment[] Attachments = [Sample.Open("vc0", 80), Sample.Closed("vc1"), Sample.Closed(""), Sample.FullAttachment("pl7")];

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("portlight-applied-");
    private readonly FakeTimeProvider _clock = new();
    private AppliedFile? _file;

    public AppliedRestartTests()
    {
        using var before = Opened();
        before.Record(Sample.Whole(Options, [Sample.Open("vc0", 79), .. Attachments[1..], Sample.Closed("gone")]));
        before.Record(Sample.Change("vc0", Attachments[0]));
        before.Record(Sample.Change("gone", null));
    }

    private string FilePath => Path.Combine(_directory.FullName, Restoration.FileName);

    public void Dispose()
    {
        _file?.Dispose();
        _directory.Delete(recursive: true);
    }

    [Fact]
    public void What_is_on_the_disk_already_is_not_written_again_and_is_gone_on_with()
    {
        // In the way of a new picture.
        _directory.CreateSubdirectory(Restoration.FileName + ".new");
        var before = File.ReadAllBytes(FilePath);
        Restart(Sample.Whole(Options, Attachments));
        Pass();
        Assert.Equal(before, File.ReadAllBytes(FilePath));

        _file!.Record(Sample.Change("vc1", Sample.Open("vc1", 443)));
        Pass();

        var after = File.ReadAllBytes(FilePath);
        Assert.True(after.AsSpan().StartsWith(before) && after.Length > before.Length, "the change was not appended");
        Assert.Equal(Sample.Open("vc1", 443).Ports, Read().Ruleset.Attachments["vc1"].Ports);
        Assert.Equal(Attachments[0].Ports, Read().Ruleset.Attachments["vc0"].Ports);
    }

    [Fact]
    public void A_change_of_ports_since_is_on_the_disk_within_a_quarter_of_a_second_and_holds_nobody_up()
    {
        Restart(Sample.Whole(Options, [Sample.Open("vc0", 81), .. Attachments[1..]]));
        Assert.Equal(Attachments[0].Ports, Read().Ruleset.Attachments["vc0"].Ports);

        Pass();

        Assert.Equal(Sample.Open("vc0", 81).Ports, Read().Ruleset.Attachments["vc0"].Ports);
        // Whatever was in the file: what this build has not written itself, it does not add to.
        Assert.Equal(Attachments.Length + 1, File.ReadAllLines(FilePath).Length);
    }

    [Theory]
    [InlineData("attached")]
    [InlineData("detached")]
    public void A_place_that_has_come_or_gone_since_is_on_the_disk_at_once(string change)
    {
        var now = change == "attached" ? (FilteredAttachment[])[.. Attachments, Sample.Closed("vc2")] : Attachments[1..];
        Restart(Sample.Whole(Options, now));
        Assert.Equal(now.Select(one => one.Key).Order(StringComparer.Ordinal), Read().Ruleset.Attachments.Keys.Order(StringComparer.Ordinal));
    }

    /// <summary>A boot would not load it, or another rule than this: nothing is known to be on the disk, so it is written before anybody is told.</summary>
    [Theory]
    [InlineData("missing")]
    [InlineData("empty")]
    [InlineData("damaged")]
    [InlineData("cut off")]
    [InlineData("half a line more")]
    [InlineData("fewer than it says")]
    [InlineData("of an earlier form")]
    [InlineData("of another installation")]
    [InlineData("of other options")]
    [InlineData("a member that is not known")]
    [InlineData("nothing but a number")]
    [InlineData("open to others")]
    [InlineData("a pipe")]
    public void A_file_that_is_not_as_this_run_would_write_it_is_made_anew_at_once(string fault)
    {
        var lines = File.ReadAllLines(FilePath).Select(line => $"{line}\n").ToList();
        var whole = File.ReadAllBytes(FilePath);
        var bytes = fault switch
        {
            "empty" => (byte[])[],
            "damaged" => [.. whole[..^5], (byte)(whole[^5] ^ 4), .. whole[^4..]],
            "cut off" => whole[..^1],
            "half a line more" => [.. whole, .. "0123"u8],
            "fewer than it says" => [.. lines[..3].SelectMany(line => line).Select(character => (byte)character)],
            "of an earlier form" => [.. Header(lines[0], header => header with { Version = 2 }), .. Rest(lines)],
            "of another installation" => [.. Header(lines[0], header => header with { Installation = new InstallationId(0xbad).ToString() }), .. Rest(lines)],
            "of other options" => [.. Header(lines[0], header => header with { Drain = false }), .. Rest(lines)],
            "a member that is not known" => [.. whole, .. LineOf("""{"key":"vc0","only":"mondays"}""")],
            "nothing but a number" => [.. whole, .. LineOf("7")],
            _ => whole,
        };
        File.WriteAllBytes(FilePath, bytes);
        if (fault == "missing")
        {
            File.Delete(FilePath);
        }
        else if (fault == "a pipe")
        {
            File.Delete(FilePath);
            TestKit.Network.Command.Run("mkfifo", $"--mode=600 {FilePath}");
        }
        else if (fault == "open to others" && !OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(FilePath, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherRead);
        }

        Restart(Sample.Whole(Options, Attachments));
        if (fault == "a member that is not known")
        {
            // Its key is known, and what it says is compared in a while: it is not what there is.
            Pass();
        }

        Assert.Equal(Attachments.Length + 1, File.ReadAllLines(FilePath).Length);
        var read = Sample.Read(File.ReadAllBytes(FilePath));
        Assert.Null(read.Damage);
        Assert.Equal(Sample.Installation, AppliedRules.Read(File.ReadAllBytes(FilePath), installation: null).Installation);
        Assert.Equal(Sample.Text(Options), Sample.Text(read.Ruleset.Options));
        Assert.Equal(Attachments.Select(Sample.Text).Order(StringComparer.Ordinal), read.Ruleset.Attachments.Values.Select(Sample.Text).Order(StringComparer.Ordinal));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, OperatingSystem.IsWindows() ? default : File.GetUnixFileMode(FilePath));
    }

    [Fact]
    public void A_run_that_never_knew_what_there_is_leaves_it_alone()
    {
        var before = File.ReadAllBytes(FilePath);
        _file = Opened();
        _file.Dispose();
        Assert.Equal(before, File.ReadAllBytes(FilePath));
    }

    private void Restart(RulesetChange whole)
    {
        _file = Opened();
        _file.Record(whole);
    }

    private AppliedFile Opened() => new(FilePath, Sample.Installation, _clock, NullLogger.Instance);

    private void Pass() => _clock.Advance(TimeSpan.FromMilliseconds(250));

    private AppliedRules Read() => Sample.Read(File.ReadAllBytes(FilePath));

    private static byte[] Header(string line, Func<AppliedHeader, AppliedHeader> change) =>
        AppliedLine.Of(change(System.Text.Json.JsonSerializer.Deserialize(line[9..], AppliedJson.Default.AppliedHeader)!), AppliedJson.Default.AppliedHeader);

    private static byte[] Rest(IEnumerable<string> lines) => System.Text.Encoding.UTF8.GetBytes(string.Concat(lines.Skip(1)));

    private static byte[] LineOf(string text) => AppliedLine.Of(
        System.Text.Json.Nodes.JsonNode.Parse(text)!, (JsonTypeInfo<System.Text.Json.Nodes.JsonNode>)System.Text.Json.JsonSerializerOptions.Default.GetTypeInfo(typeof(System.Text.Json.Nodes.JsonNode)));
}
