using Portlight.Api;
using Portlight.Wire.Query;

namespace Portlight.Identity;

/// <summary>
/// Pages of IAM's lists: <c>Marker</c> and <c>MaxItems</c> in, <c>IsTruncated</c> and <c>Marker</c> out. A marker is a <see cref="PageToken"/>; a page ends by
/// <see cref="PageToken.MostLength"/> too, however many entries were asked for, as AWS's pages are cut by size.
/// </summary>
internal sealed class IamPage
{
    private const int DefaultItems = 100;

    private readonly Call _call;
    private readonly string? _after;
    private readonly int _size;

    private IamPage(Call call, string? after, int size) => (_call, _after, _size) = (call, after, size);

    /// <summary>What the last entry of the page before is found again by; null for the first page.</summary>
    public string? After => _after;

    public static IamPage Read(IamRequest request)
    {
        var marker = request.Find("Marker", IamRules.Marker);
        var size = request.FindNumber("MaxItems", 1, 1000) ?? DefaultItems;
        string? after = null;
        if (marker is not null && !PageToken.TryRead(request.Call, marker, out after))
        {
            request.Refuse("Marker", $"Member must be a marker that {request.Call.Operation} gave");
        }

        return new IamPage(request.Call, after, size);
    }

    /// <summary>Cuts a page out of a whole list.</summary>
    /// <param name="entries">The list, in ordinal order of <paramref name="key"/>.</param>
    /// <param name="key">What an entry is found again by; no two entries have the same.</param>
    /// <param name="lengthOf">About how long an entry is in the answer; null where entries are short.</param>
    public Cut<T> Of<T>(IEnumerable<T> entries, Func<T, string> key, Func<T, int>? lengthOf = null)
    {
        var page = new List<T>();
        var length = 0L;
        foreach (var entry in _after is null ? entries : entries.SkipWhile(entry => string.CompareOrdinal(key(entry), _after) <= 0))
        {
            if (IsFull(page.Count, length))
            {
                return EndingWith(page, key(page[^1]));
            }

            page.Add(entry);
            length += lengthOf?.Invoke(entry) ?? 0;
        }

        return new Cut<T>(page, null);
    }

    /// <summary>Whether a page of this many entries takes no more.</summary>
    /// <param name="count">Entries.</param>
    /// <param name="length">About how long they are in the answer.</param>
    public bool IsFull(int count, long length) => count >= _size || length >= PageToken.MostLength;

    /// <summary>A page that ends before its list does.</summary>
    /// <param name="page">The entries.</param>
    /// <param name="last">What the last one is found again by.</param>
    public Cut<T> EndingWith<T>(IReadOnlyList<T> page, string last) => new(page, PageToken.Of(_call, last));

    /// <summary>The page with which its list ends.</summary>
    public static Cut<T> Last<T>(IReadOnlyList<T> page) => new(page, null);

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
