using Microsoft.Extensions.Logging.Abstractions;
using Portlight.Agent.Applied;
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
            using (var file = new AppliedFile(path, TimeProvider.System, NullLogger.Instance))
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
            var before = Sample.Text(AppliedRules.Read(file.AsSpan(0, ends[change - 1])));
            for (var cut = ends[change - 1]; cut < ends[change]; cut++)
            {
                var read = AppliedRules.Read(file.AsSpan(0, cut));
                Assert.Null(read.Damage);
                Assert.Equal(before, Sample.Text(read));

                // A disk that had the length and not the bytes.
                byte[] zeros = [.. file[..cut], .. new byte[ends[change] - cut]];
                Assert.Equal(before, Sample.Text(AppliedRules.Read(zeros)));
            }
        }

        Assert.NotEqual(Sample.Text(AppliedRules.Read(file.AsSpan(0, ends[6]))), Sample.Text(AppliedRules.Read(file)));
    }

    [Fact]
    public void One_wrong_byte_before_a_line_that_is_right_closes_every_place_that_can_be_told()
    {
        var (file, ends) = Written();
        for (var at = 0; at < ends[^2] - 1; at++)
        {
            var damaged = file.ToArray();
            damaged[at] ^= 0x04;
            var read = AppliedRules.Read(damaged);
            Assert.NotNull(read.Damage);
            Assert.All(read.Ruleset.Attachments.Values, attachment => Assert.Equal(Sample.Text(Sample.Closed(attachment.Key)), Sample.Text(attachment)));
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
            var read = AppliedRules.Read(file.AsSpan(0, ends[line]));
            Assert.Equal($"ends after {line} of 3 attachments", read.Damage);
            Assert.Equal(Places[..line], read.Ruleset.Attachments.Keys.Order(StringComparer.Ordinal));
            Assert.All(read.Ruleset.Attachments.Values, attachment => Assert.Empty(attachment.Ports.Rules));
        }
    }

    [Theory]
    [InlineData("", "is empty")]
    [InlineData("\n", "begins with a line that cannot be read")]
    [InlineData("table inet portlight {\n}\n", "begins with a line that cannot be read")]
    public void A_file_of_something_else_is_damaged(string text, string damage)
    {
        var read = AppliedRules.Read(System.Text.Encoding.UTF8.GetBytes(text));
        Assert.Equal(damage, read.Damage);
        Assert.Empty(read.Ruleset.Attachments);
    }

    [Fact]
    public void A_file_of_a_later_form_is_not_guessed_at()
    {
        var header = AppliedLine.Of(new AppliedHeader { Version = AppliedHeader.KnownVersion + 1, Drain = false, Listen = [], Attachments = 1 }, AppliedJson.Default.AppliedHeader);
        var attachment = AppliedLine.Of(AppliedAttachment.Of("vc0", Sample.Open("vc0", 80)), AppliedJson.Default.AppliedAttachment);
        var read = AppliedRules.Read([.. header, .. attachment]);
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
        Assert.Equal("ends after 0 of 1 attachments", AppliedRules.Read([.. header, .. line]).Damage);
    }
}
