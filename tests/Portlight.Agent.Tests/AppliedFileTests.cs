using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Portlight.Agent.Applied;
using Portlight.Agent.Links;
using Portlight.Domain;
using Portlight.Nftables;

namespace Portlight.Agent.Tests;

/// <summary>What the file of applied rules holds, and when.</summary>
public sealed class AppliedFileTests : IDisposable
{
    private static readonly RulesetOptions Options = new();

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("portlight-applied-");
    private readonly FakeTimeProvider _clock = new();
    private readonly AppliedFile _file;

    public AppliedFileTests() => _file = new AppliedFile(FilePath, Sample.Installation, _clock, NullLogger.Instance);

    private string FilePath => Path.Combine(_directory.FullName, Restoration.FileName);

    public void Dispose()
    {
        _file.Dispose();
        _directory.Delete(recursive: true);
    }

    [Fact]
    public void Every_property_of_an_attachment_and_of_the_options_survives()
    {
        var options = Sample.FullOptions;
        var attachment = Sample.FullAttachment("vc0");
        // A property that is added one day stands at its default here, and fails, until it is in the sample and in the file.
        // What the kernel can, and the numbers of devices and where they are do not outlive a boot: they are looked up when the file is loaded.
        Assert.Equal([nameof(RulesetOptions.HasBridgeTables), nameof(RulesetOptions.NotesRefused)], Sample.AtDefault(options, new RulesetOptions()));
        Assert.Equal([nameof(FilteredAttachment.Device), nameof(FilteredAttachment.ClosedDevices), nameof(FilteredAttachment.IsBridged)], Sample.AtDefault(attachment, FilteredAttachment.Interface("x", device: null, PortSet.Empty)));

        var selected = Sample.FullAttachment("mac:52:54:00:aa:bb:01") with { ClosedName = "vnet7" };
        _file.Record(Sample.Whole(options, attachment, selected, FilteredAttachment.Host(attachment.Ports)));
        _file.Flush();

        var read = Read();
        Assert.Null(read.Damage);
        Assert.Equal(Sample.Text(options), Sample.Text(read.Ruleset.Options));
        Assert.Equal(Sample.Text(attachment), Sample.Text(read.Ruleset.Attachments["vc0"]));
        Assert.Equal(Sample.Text(FilteredAttachment.Host(attachment.Ports)), Sample.Text(read.Ruleset.Attachments[FilteredAttachment.HostKey]));
        Assert.Equal(Sample.Text(selected), Sample.Text(read.Ruleset.Attachments[selected.Key]));
        Assert.Equal(3, read.Ruleset.Attachments.Count);
    }

    [Fact]
    public void A_file_of_the_first_form_is_read_and_says_nothing_about_devices()
    {
        // As version 1 wrote it, of one interface with 22/tcp open.
        string[] lines =
        [
            """{"version":1,"drain":false,"listen":[],"attachments":1}""",
            """{"key":"vc0","owner":9,"rules":[{"protocol":"tcp","from":22,"to":22,"sources":["0.0.0.0/0"]}]}""",
        ];
        File.WriteAllBytes(FilePath, [.. lines.SelectMany(AppliedLineOf)]);

        var read = Read();

        Assert.Null(read.Damage);
        Assert.False(read.NamesDevices);
        Assert.Equal(22, Assert.Single(read.Ruleset.Attachments["vc0"].Ports.Rules).FromPort);
        Assert.Equal(new ConnectionOwner(Sample.Installation, 9), read.Ruleset.Attachments["vc0"].Owner);

        static byte[] AppliedLineOf(string text) =>
            AppliedLine.Of(JsonNode.Parse(text)!.AsObject(), (JsonTypeInfo<JsonObject>)JsonSerializerOptions.Default.GetTypeInfo(typeof(JsonObject)));
    }

    [Fact]
    public void A_change_of_ports_is_on_the_disk_within_a_quarter_of_a_second()
    {
        _file.Record(Sample.Whole(Options, Sample.Closed("vc0")));
        _file.Record(Sample.Change("vc0", Sample.Open("vc0", 80)));
        Assert.Empty(Read().Ruleset.Attachments["vc0"].Ports.Rules);

        _clock.Advance(TimeSpan.FromMilliseconds(250));

        Assert.Equal(Sample.Open("vc0", 80).Ports, Read().Ruleset.Attachments["vc0"].Ports);
    }

    [Fact]
    public void A_place_that_is_attached_or_detached_is_on_the_disk_at_once()
    {
        _file.Record(Sample.Whole(Options));
        _file.Record(Sample.Change("vc0", Sample.Open("vc0", 80)));
        Assert.Equal(["vc0"], Read().Ruleset.Attachments.Keys);

        _file.Record(Sample.Change("vc0", null));
        Assert.Empty(Read().Ruleset.Attachments);

        _file.Record(Sample.Whole(Options, Sample.Closed("")));
        Assert.Equal([""], Read().Ruleset.Attachments.Keys);
        _file.Record(Sample.Whole(Options));
        Assert.Empty(Read().Ruleset.Attachments);
    }

    [Fact]
    public void A_clean_stop_leaves_nothing_unwritten()
    {
        _file.Record(Sample.Whole(Options, Sample.Closed("vc0")));
        _file.Record(Sample.Change("vc0", Sample.Open("vc0", 80)));
        _file.Dispose();
        Assert.Equal(Sample.Open("vc0", 80).Ports, Read().Ruleset.Attachments["vc0"].Ports);
    }

    [Fact]
    public void Only_the_owner_of_the_file_reads_it()
    {
        _file.Record(Sample.Whole(Options, Sample.Closed("vc0")));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, OperatingSystem.IsWindows() ? default : File.GetUnixFileMode(FilePath));
    }

    [Fact]
    public void The_file_grows_no_further_than_its_contents_want()
    {
        _file.Record(Sample.Whole(Options, [.. Enumerable.Range(0, 100).Select(number => Sample.Closed($"vc{number}"))]));
        for (var i = 0; i < 5_000; i++)
        {
            _file.Record(Sample.Change($"vc{i % 100}", Sample.Open($"vc{i % 100}", i + 1)));
            if (i % 50 == 49)
            {
                _clock.Advance(TimeSpan.FromSeconds(1));
            }
        }

        Assert.InRange(new FileInfo(FilePath).Length, 1, 128 << 10);
        var read = Read();
        Assert.Null(read.Damage);
        Assert.All(Enumerable.Range(0, 100), number => Assert.Equal(Sample.Open("x", 4_900 + number + 1).Ports, read.Ruleset.Attachments[$"vc{number}"].Ports));
    }

    [Fact]
    public void A_whole_that_says_nothing_new_writes_nothing()
    {
        _file.Record(Sample.Whole(Options, Sample.Open("vc0", 80), Sample.Closed("vc1")));
        var before = File.ReadAllBytes(FilePath);
        _file.Record(Sample.Whole(Options, Sample.Open("vc0", 80), Sample.Closed("vc1")));
        _file.Flush();
        Assert.Equal(before, File.ReadAllBytes(FilePath));
    }

    [Fact]
    public void What_a_failing_disk_did_not_take_is_written_when_it_does()
    {
        _file.Record(Sample.Whole(Options, Sample.Closed("vc0")));
        // What is in the way of a new picture; the open file would go on taking appends.
        var obstacle = _directory.CreateSubdirectory(Restoration.FileName + ".new");
        _file.Record(Sample.Whole(Sample.FullOptions, Sample.Open("vc0", 80)));
        _clock.Advance(TimeSpan.FromMilliseconds(250));
        _file.Record(Sample.Change("vc0", Sample.Open("vc0", 81)));
        _clock.Advance(TimeSpan.FromMilliseconds(250));
        Assert.Empty(Read().Ruleset.Attachments["vc0"].Ports.Rules);

        obstacle.Delete();
        _clock.Advance(TimeSpan.FromSeconds(5));

        Assert.Equal(Sample.Open("vc0", 81).Ports, Read().Ruleset.Attachments["vc0"].Ports);
    }

    private AppliedRules Read() => Sample.Read(File.ReadAllBytes(FilePath));
}
