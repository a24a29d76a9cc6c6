using System.Text.RegularExpressions;

namespace Portlight.TestKit;

/// <summary>A table as <c>nft list</c> shows it.</summary>
public static partial class TableListing
{
    /// <summary>Without what says that a process owns it, or owned it.</summary>
    public static string WithoutOwner(string listing) => Owner().Replace(listing, "");

    // `flags owner`, `flags ` for those that nft does not know, and the owner's program as a comment.
    [GeneratedRegex("(?m)^\\tflags (owner)?.*\\n|(?<=^table .*\\{.*) (# )?progname .*$")]
    private static partial Regex Owner();
}
