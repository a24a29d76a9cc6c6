using System.Text.RegularExpressions;

namespace Portlight.Repository;

/// <summary>How the code reads: names that say something, files that fit a head, debt that has an owner.</summary>
public partial class CodeShapeTests
{
    private const int LongestFile = 300;

    /// <summary>Words that say "I had no name for this". Words of AWS's own API (<c>PortInfo</c>) are not ours to choose, and live in the wire shapes.</summary>
    private static readonly string[] Banned = ["Manager", "Helper", "Helpers", "Util", "Utils", "Utility", "Utilities", "Common", "Misc", "Base", "Impl", "Data", "Info"];

    private static readonly string[] AwsWords = ["PortInfo", "InstancePortInfo", "PortInfoSourceType", "PasswordData", "GetAccessKeyInfo"];

    [Fact]
    public void No_type_or_file_has_a_name_that_says_nothing() =>
        Findings.None(
            $"names that end in one of {string.Join(", ", Banned)}",
            from path in RepositoryFiles.Sources
            from name in TypeNames(RepositoryFiles.Read(path)).Append(Path.GetFileNameWithoutExtension(path)).Distinct()
            where Banned.Contains(LastWord(name)) && !AwsWords.Contains(name)
            select $"{path}: {name}");

    [Fact]
    public void No_folder_is_a_drawer() =>
        Findings.None(
            "folders named after a kind, not a feature",
            RepositoryFiles.Sources.Select(path => Path.GetDirectoryName(path)!).Distinct()
                .Where(folder => folder.Split('/').Any(word => Banned.Contains(word) || word is "Interfaces" or "Models" or "Extensions" or "Services")));

    [Fact]
    public void A_file_is_read_in_one_go() =>
        Findings.None(
            $"files longer than {LongestFile} lines",
            from path in RepositoryFiles.Sources
            let length = RepositoryFiles.Lines(path).Length
            where length > LongestFile
            select $"{path}: {length}");

    [Fact]
    public void A_file_holds_one_public_type_which_it_is_named_after() =>
        Findings.None(
            "files with more than one public class, interface or struct",
            from path in RepositoryFiles.Sources.Where(path => path.StartsWith("src/", StringComparison.Ordinal))
            where !path.Contains("/Errors/", StringComparison.Ordinal) // a family of exceptions reads as one table
            let types = PublicTypes().Matches(RepositoryFiles.Read(path)).Select(match => match.Groups["name"].Value).Distinct()
                .Where(name => name + "s" != Path.GetFileNameWithoutExtension(path)).ToList() // the item of a sequence
            where types.Count > 1
            select $"{path}: {string.Join(", ", types)}");

    [Fact]
    public void An_attribute_of_nf_tables_has_its_name_in_the_kernel() =>
        Findings.None(
            "numbers of attributes that are not from src/Portlight.Nftables/Attributes",
            from path in RepositoryFiles.Sources.Where(path => path.StartsWith("src/Portlight.Nftables/", StringComparison.Ordinal))
            from line in RepositoryFiles.Lines(path)
            where AttributeNumber().IsMatch(line)
            select $"{path}: {line.Trim()}");

    [Fact]
    public void Debt_names_its_area_and_its_issue() =>
        Findings.None(
            "debt that is not `TODO(area): text #issue`",
            from path in RepositoryFiles.Sources
            where !path.StartsWith("tests/Portlight.Repository/", StringComparison.Ordinal)
            from line in RepositoryFiles.Lines(path)
            where Debt().IsMatch(line) && !TaggedDebt().IsMatch(line)
            select $"{path}: {line.Trim()}");

    [Fact]
    public void Nothing_is_left_unwritten() =>
        Findings.None(
            "stubs",
            from path in RepositoryFiles.Sources
            where !path.StartsWith("tests/Portlight.Repository/", StringComparison.Ordinal)
            where RepositoryFiles.Read(path).Contains("NotImplementedException", StringComparison.Ordinal)
            select path);

    [Fact]
    public void No_test_is_skipped_by_an_attribute() =>
        Findings.None(
            "tests that are written and never run: say why with Assert.Skip where the reason is found, or remove them",
            from path in RepositoryFiles.Sources
            where !path.StartsWith("tests/Portlight.Repository/", StringComparison.Ordinal)
            from line in RepositoryFiles.Lines(path)
            where SkippedTest().IsMatch(line)
            select $"{path}: {line.Trim()}");

    [Fact]
    public void A_test_waits_for_what_it_awaits_and_not_for_time() =>
        Findings.None(
            "sleeps in tests, yields (Until.TrueAsync looks again and leaves the processor to others), and times to wait that are not Deadline's, which is for slow machines",
            from path in RepositoryFiles.Sources
            where path.StartsWith("tests/", StringComparison.Ordinal) && !path.StartsWith("tests/Portlight.Repository/", StringComparison.Ordinal)
            from line in RepositoryFiles.Lines(path)
            where Sleep().IsMatch(line)
            select $"{path}: {line.Trim()}");

    private static IEnumerable<string> TypeNames(string source) => Types().Matches(source).Select(match => match.Groups["name"].Value);

    private static string LastWord(string name) => LastWordOf().Match(name).Value;

    [GeneratedRegex(@"^\s*(?:public |internal |private |protected |static |sealed |abstract |partial |readonly |file |ref )*(?:class|interface|enum|struct|record(?: struct| class)?) (?<name>\w+)", RegexOptions.Multiline)]
    private static partial Regex Types();

    // Records are left out: an operation's request and response are two halves of one thing. Enums too: a small satellite of the type that uses them.
    [GeneratedRegex(@"^public (?:static |sealed |abstract |partial |readonly |ref )*(?:class|interface|struct) (?<name>\w+)", RegexOptions.Multiline)]
    private static partial Regex PublicTypes();

    [GeneratedRegex(@"[A-Z][a-z0-9]*$")]
    private static partial Regex LastWordOf();

    [GeneratedRegex(@"\b(TODO|FIXME|HACK|XXX)\b")]
    private static partial Regex Debt();

    [GeneratedRegex(@"\bTODO\([a-z-]+\): .+ #\d+")]
    private static partial Regex TaggedDebt();

    [GeneratedRegex(@"\[(Fact|Theory)\(.*\bSkip\s*=")]
    private static partial Regex SkippedTest();

    [GeneratedRegex(@"\b(OrNull|TryGet|Text|TextOrNull|U8|U16|U32|U64|U16BigEndian|U32BigEndian|U64BigEndian|U32BigEndianOrNull|Bytes|BeginNested|Key|Value|WriteVerdict)\((_?writer, |data, |element, |attributes, )?[0-9]+[,)]")]
    private static partial Regex AttributeNumber();

    [GeneratedRegex(@"Thread\.Sleep\(|await Task\.Delay\((TimeSpan\.From(Milliseconds|Seconds)\(\d|\d)|await Task\.Yield\(|(\.WaitAsync|CancelAfter)\(TimeSpan\.From")]
    private static partial Regex Sleep();

    /// <summary>It puts rooms together; what grows there belongs into one of them.</summary>
    [Fact]
    public void The_composition_of_the_server_is_under_800_lines() =>
        Assert.InRange(RepositoryFiles.Sources.Where(path => path.StartsWith("src/Portlight.Server/", StringComparison.Ordinal)).Sum(path => RepositoryFiles.Lines(path).Length), 100, 799);
}
