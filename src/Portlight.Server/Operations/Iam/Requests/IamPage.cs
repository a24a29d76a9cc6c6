using System.Buffers.Text;
using System.Text;
using Portlight.Wire.Query;

namespace Portlight.Server.Operations.Iam;

/// <summary>
/// Pages of IAM's lists: <c>Marker</c> and <c>MaxItems</c> in, <c>IsTruncated</c> and <c>Marker</c> out. A marker names the operation and the entry after which the
/// next page begins, so a list that changes meanwhile loses and repeats nothing else.
/// </summary>
internal sealed class IamPage
{
    private const int DefaultItems = 100;

    private readonly string prefix;
    private readonly string? after;
    private readonly int size;

    private IamPage(string prefix, string? after, int size) => (this.prefix, this.after, this.size) = (prefix, after, size);

    public static IamPage Read(IamRequest request)
    {
        var prefix = request.Call.Operation + ":";
        var marker = request.Find("Marker", IamRules.Marker);
        var size = request.FindNumber("MaxItems", 1, 1000) ?? DefaultItems;
        string? after = null;
        if (marker is not null && !TryOpen(marker, prefix, out after))
        {
            request.Refuse("Marker", $"Member must be a marker that {request.Call.Operation} gave");
        }

        return new IamPage(prefix, after, size);
    }

    /// <summary>Cuts a page out of a whole list.</summary>
    /// <param name="entries">The list, in ordinal order of <paramref name="key"/>.</param>
    /// <param name="key">What an entry is found again by; no two entries have the same.</param>
    public Cut<T> Of<T>(IEnumerable<T> entries, Func<T, string> key)
    {
        var rest = (after is null ? entries : entries.SkipWhile(entry => string.CompareOrdinal(key(entry), after) <= 0)).Take(size + 1).ToList();
        return rest.Count <= size
            ? new Cut<T>(rest, null)
            : new Cut<T>(rest[..size], Base64Url.EncodeToString(Encoding.UTF8.GetBytes(prefix + key(rest[size - 1]))));
    }

    private static bool TryOpen(string marker, string prefix, out string? after)
    {
        after = null;
        if (!Base64Url.IsValid(marker))
        {
            return false;
        }

        var text = Encoding.UTF8.GetString(Base64Url.DecodeFromChars(marker));
        after = text.StartsWith(prefix, StringComparison.Ordinal) ? text[prefix.Length..] : null;
        return after is not null;
    }

    /// <summary>One page and the marker for what follows.</summary>
    internal sealed record Cut<T>(IReadOnlyList<T> Entries, string? Next)
    {
        /// <summary>The list, and whether there is more of it.</summary>
        public void Write(XmlAnswer answer, string name, Action<T> content)
        {
            answer.List(name, Entries, content);
            WriteEnd(answer);
        }

        public void WriteEnd(XmlAnswer answer)
        {
            answer.Flag("IsTruncated", Next is not null);
            answer.Text("Marker", Next);
        }
    }
}
