using Microsoft.Extensions.Logging.Abstractions;
using Portlight.Agent.Applied;
using Portlight.Domain;
using Portlight.Nftables;

namespace Portlight.Agent.Tests;

/// <summary>A file of applied rules that is not as it was written: nothing opens that was closed.</summary>
public sealed class AppliedDamageTests
{
    private static readonly string[] Places = ["", "vc0", "vc1"];

    /// <summary>A picture of three places, then four changes; where each line ends.</summary>
    private static (byte[] File, int[] Ends) Written()
    {
        var directory = Directory.CreateTempSubdirectory("portlight-damage-");
        try
        {
            var path = Path.Combine(directory.FullName, Restoration.FileName);
            using (var file = new AppliedFile(path, Sample.Installation, TimeProvider.System, NullLogger.Instance))
            {
                file.Record(Sample.Whole(Sample.FullOptions, [.. Places.Select(place => Sample.Open(place, 22))]));
                foreach (var (place, port) in new[] { ("vc0", 80), ("vc1", 81), ("vc0", 0), ("vc1", 82) })
                {
                    file.Record(Sample.Change(place, port == 0 ? Sample.Closed(place) : Sample.Open(place, port)));
                    file.Flush();
                }
            }

            var bytes = File.ReadAllBytes(path);
            return (bytes, [.. bytes.Index().Where(octet => octet.Item == '\n').Select(octet => octet.Index + 1)]);
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    [Fact]
    public void A_change_that_was_written_in_part_is_as_if_it_had_not_been_made()
    {
        var (file, ends) = Written();
        Assert.Equal(8, ends.Length);
        for (var change = 4; change < ends.Length; change++)
        {
            var before = Sample.Text(Sample.Read(file.AsSpan(0, ends[change - 1])));
            for (var cut = ends[change - 1]; cut < ends[change]; cut++)
            {
                var read = Sample.Read(file.AsSpan(0, cut));
                Assert.Null(read.Damage);
                Assert.Equal(before, Sample.Text(read));

                // A disk that had the length and not the bytes.
                byte[] zeros = [.. file[..cut], .. new byte[ends[change] - cut]];
                Assert.Equal(before, Sample.Text(Sample.Read(zeros)));
            }
        }

        Assert.NotEqual(Sample.Text(Sample.Read(file.AsSpan(0, ends[6]))), Sample.Text(Sample.Read(file)));
    }

    [Fact]
    public void One_wrong_byte_before_a_line_that_is_right_closes_every_place_that_can_be_told()
    {
        var (file, ends) = Written();
        for (var at = 0; at < ends[^2] - 1; at++)
        {
            var damaged = file.ToArray();
            damaged[at] ^= 0x04;
            var read = Sample.Read(damaged);
            Assert.NotNull(read.Damage);
            Assert.All(read.Ruleset.Attachments.Values, attachment => Assert.Equal(Sample.Text(Sample.Closed(attachment.Key)), Sample.Text(attachment with { Owner = null })));
            Assert.False(read.NamesDevices);
            // The host stands in the second line alone; a line without its end takes the next one with it.
            HashSet<string> told = at >= ends[0] - 1 && at < ends[1] ? ["vc0", "vc1"] : [.. Places];
            Assert.Subset(read.Ruleset.Attachments.Keys.ToHashSet(), told);
        }
    }

    [Fact]
    public void A_picture_that_ends_too_early_closes_every_place_that_can_be_told()
    {
        var (file, ends) = Written();
        foreach (var line in (int[])[1, 2])
        {
            var read = Sample.Read(file.AsSpan(0, ends[line]));
            Assert.Equal($"ends after {line} of 3 attachments", read.Damage);
            Assert.Equal(Places[..line], read.Ruleset.Attachments.Keys.Order(StringComparer.Ordinal));
            Assert.All(read.Ruleset.Attachments.Values, attachment => Assert.Empty(attachment.Ports.Rules));
        }
    }

    [Fact]
    public void Whose_connections_are_is_not_taken_from_a_damaged_file()
    {
        var (file, _) = Written();
        file[^5] ^= 0x04;
        byte[] damaged = [.. file, .. AppliedLine.Of(AppliedAttachment.Of("vc1", Sample.FullAttachment("vc1")), AppliedJson.Default.AppliedAttachment)];
        var owners = Enumerable.Range(0, 20).SelectMany(_ => Sample.Read(damaged).Ruleset.Attachments.Values.Select(attachment => attachment.Owner)).ToList();
        Assert.Equal(20 * Places.Length, owners.Distinct().Count());
        Assert.DoesNotContain(null, owners);
        Assert.DoesNotContain(Sample.FullAttachment("vc1").Owner, owners);
    }

    [Fact]
    public void Where_the_installation_is_not_known_any_more_nobody_inherits_its_connections()
    {
        var header = AppliedLine.Of(new AppliedHeader { Version = AppliedHeader.KnownVersion, Drain = false, Listen = [], Attachments = 1 }, AppliedJson.Default.AppliedHeader);
        byte[] file = [.. header, .. AppliedLine.Of(AppliedAttachment.Of("vc0", Sample.FullAttachment("vc0")), AppliedJson.Default.AppliedAttachment)];
        Assert.Equal(Sample.FullAttachment("vc0").Owner, Owner(Sample.Installation));
        var owners = Enumerable.Range(0, 20).Select(_ => Owner(null)).ToList();
        Assert.Equal(20, owners.Distinct().Count());
        Assert.DoesNotContain(null, owners);

        ConnectionOwner? Owner(InstallationId? installation) => AppliedRules.Read(file, installation).Ruleset.Attachments["vc0"].Owner;
    }

    [Theory]
    [InlineData("", "is empty")]
    [InlineData("\n", "begins with a line that cannot be read")]
    [InlineData("table inet portlight {\n}\n", "begins with a line that cannot be read")]
    public void A_file_of_something_else_is_damaged(string text, string damage)
    {
        var read = Sample.Read(System.Text.Encoding.UTF8.GetBytes(text));
        Assert.Equal(damage, read.Damage);
        Assert.Empty(read.Ruleset.Attachments);
    }

    [Fact]
    public void A_file_of_a_later_form_is_not_guessed_at()
    {
        var header = AppliedLine.Of(new AppliedHeader { Version = AppliedHeader.KnownVersion + 1, Drain = false, Listen = [], Attachments = 1 }, AppliedJson.Default.AppliedHeader);
        var attachment = AppliedLine.Of(AppliedAttachment.Of("vc0", Sample.Open("vc0", 80)), AppliedJson.Default.AppliedAttachment);
        var read = Sample.Read([.. header, .. attachment]);
        Assert.NotNull(read.Damage);
        Assert.Empty(Assert.Single(read.Ruleset.Attachments).Value.Ports.Rules);
    }

    [Fact]
    public void A_member_that_is_not_known_closes()
    {
        var header = AppliedLine.Of(new AppliedHeader { Version = AppliedHeader.KnownVersion, Drain = false, Listen = [], Attachments = 1 }, AppliedJson.Default.AppliedHeader);
        var attachment = AppliedAttachment.Of("vc0", Sample.Open("vc0", 80));
        var text = System.Text.Json.JsonSerializer.SerializeToNode(attachment, AppliedJson.Default.AppliedAttachment)!;
        text["only"] = "mondays";
        var line = AppliedLine.Of(text.AsObject(), (System.Text.Json.Serialization.Metadata.JsonTypeInfo<System.Text.Json.Nodes.JsonObject>)System.Text.Json.JsonSerializerOptions.Default.GetTypeInfo(typeof(System.Text.Json.Nodes.JsonObject)));
        Assert.Equal("ends after 0 of 1 attachments", Sample.Read([.. header, .. line]).Damage);
    }
}
