using System.Text.Json;
using Portlight.Domain;
using Portlight.Nftables;

namespace Portlight.Agent.Applied;

/// <summary>What the file of applied rules says.</summary>
/// <param name="Ruleset">What to load. Where the file is damaged: every attachment that it names, or that is known otherwise, closed.</param>
/// <param name="Installation">Whose: as was known, else as the file says; null when neither tells.</param>
/// <param name="NamesDevices">It says which device of its name an attached interface is, or that the name alone decides. A damaged file does not, nor one of an earlier version.</param>
/// <param name="Damage">What is wrong with the file, in words that follow its name; null when nothing is.</param>
internal sealed record AppliedRules(Ruleset Ruleset, InstallationId? Installation, bool NamesDevices, string? Damage)
{
    /// <summary>
    /// Reads the file's bytes. Lines at the end that are not whole are what a power cut leaves and are passed over. A line that is not whole before one that
    /// is means damage: nobody knows which attachment it closed, so all are. Nor whose they are: to this machine come replies to what it begins from now on, and
    /// to nothing that was begun before.
    /// </summary>
    /// <param name="file">The bytes.</param>
    /// <param name="installation">Whose they are; null: as the file says.</param>
    /// <param name="attached">What is known to have been attached from elsewhere.</param>
    internal static AppliedRules Read(ReadOnlySpan<byte> file, InstallationId? installation, params IEnumerable<FilteredAttachment> attached)
    {
        AppliedHeader? header = null;
        var options = new RulesetOptions();
        var attachments = new Dictionary<string, FilteredAttachment>(StringComparer.Ordinal);
        var named = new HashSet<string>(StringComparer.Ordinal);
        var (number, records, firstBad, lastGood) = (0, 0, 0, 0);
        while (file.IndexOf((byte)'\n') is var length and >= 0)
        {
            number++;
            var isWhole = AppliedLine.TryRead(file[..length], out var text);
            file = file[(length + 1)..];
            try
            {
                if (number == 1)
                {
                    (header, options) = ReadHeader(text, isWhole);
                    installation ??= header.ToInstallation();
                    lastGood = number;
                    continue;
                }

                var record = JsonSerializer.Deserialize(text, AppliedJson.Default.AppliedAttachment)!;
                var closed = AppliedAttachment.Closed(record.Key);
                named.Add(closed.Key);
                if (!isWhole)
                {
                    throw new JsonException("the checksum is wrong");
                }

                Take(attachments, named, record.Key, record.ToAttachment(installation));
                records++;
                lastGood = number;
            }
            catch (JsonException)
            {
                firstBad = firstBad == 0 ? number : firstBad;
            }
        }

        var damage = (header, firstBad) switch
        {
            (null, 0) => "is empty",
            (null, _) => "begins with a line that cannot be read",
            (_, > 0) when firstBad < lastGood => $"is damaged in line {firstBad}",
            _ when records < header.Attachments => $"ends after {records} of {header.Attachments} attachments",
            _ => null,
        };
        return damage is null
            ? new AppliedRules(new Ruleset(options, attachments.Values), installation, header!.NamesDevices, Damage: null)
            : Closed(options, [.. attached, .. named.Select(AppliedAttachment.Closed)], installation, damage);
    }

    /// <summary>Where there is no file to read.</summary>
    /// <param name="damage">Why not, in words that follow its name.</param>
    /// <param name="installation">Whose it was; null when that is not known.</param>
    /// <param name="attached">What is known to have been attached.</param>
    internal static AppliedRules Lost(string damage, InstallationId? installation, IEnumerable<FilteredAttachment> attached) => Closed(new RulesetOptions(), attached, installation, damage);

    private static AppliedRules Closed(RulesetOptions options, IEnumerable<FilteredAttachment> attached, InstallationId? installation, string damage)
    {
        var closed = attached.DistinctBy(attachment => attachment.Key).Select(attachment => attachment with { Owner = ConnectionOwner.Fresh() });
        return new AppliedRules(new Ruleset(options, closed), installation, NamesDevices: false, damage);
    }

    private static (AppliedHeader Header, RulesetOptions Options) ReadHeader(ReadOnlySpan<byte> text, bool isWhole)
    {
        var header = JsonSerializer.Deserialize(text, AppliedJson.Default.AppliedHeader)!;
        return isWhole && header.IsKnown ? (header, header.ToOptions()) : throw new JsonException("not a header of this version");
    }

    private static void Take(Dictionary<string, FilteredAttachment> attachments, HashSet<string> named, string key, FilteredAttachment? attachment)
    {
        if (attachment is not null)
        {
            attachments[key] = attachment;
        }
        else
        {
            attachments.Remove(key);
            named.Remove(key);
        }
    }
}
