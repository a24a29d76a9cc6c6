using System.Text.RegularExpressions;

namespace Portlight.TestKit;

/// <summary>A table as <c>nft list</c> shows it.</summary>
public static partial class TableListing
{
    /// <summary>What was written: without what says that a process owns it, or owned it, and without what packets have put in and counted.</summary>
    public static string AsWritten(string listing) => Counts().Replace(Noted().Replace(Owner().Replace(listing, ""), "${set}"), "counter");

    // `flags owner`, `flags ` for those that nft does not know, and the owner's program as a comment.
    [GeneratedRegex("(?m)^\\tflags (owner)?.*\\n|(?<=^table .*\\{.*) (# )?progname .*$")]
    private static partial Regex Owner();

    [GeneratedRegex(@"(?<set>set refused\w+ \{[^{}]*?)\s+elements = \{[^{}]*\}")]
    private static partial Regex Noted();

    [GeneratedRegex(@"counter packets \d+ bytes \d+")]
    private static partial Regex Counts();
}
