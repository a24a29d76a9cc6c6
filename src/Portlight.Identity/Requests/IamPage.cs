using Portlight.Api;

namespace Portlight.Identity;

/// <summary>
/// Which page of a list a request of IAM asks for: <c>Marker</c> and <c>MaxItems</c> in, <c>IsTruncated</c> and <c>Marker</c> out. A marker is a <see cref="PageToken"/>. AWS's
/// pages are cut by size, too, however many entries were asked for.
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

    /// <summary>Cuts the page out of a whole list.</summary>
    /// <param name="entries">The list, in ordinal order of <paramref name="key"/>.</param>
    /// <param name="key">What an entry is found again by; no two entries have the same.</param>
    public Page<T> Of<T>(IEnumerable<T> entries, Func<T, string> key) =>
        Paging.Take(_call, _after is null ? entries : entries.SkipWhile(entry => string.CompareOrdinal(key(entry), _after) <= 0), key, _size);

    /// <summary>Whether a page of this many entries takes no more.</summary>
    /// <param name="count">Entries.</param>
    /// <param name="length">About how long they are in the answer.</param>
    public bool IsFull(int count, long length) => Paging.IsFull(count, _size, length);

    /// <summary>A page that ends before its list does.</summary>
    /// <param name="page">The entries.</param>
    /// <param name="last">What the last one is found again by.</param>
    public Page<T> EndingWith<T>(IReadOnlyList<T> page, string last) => new(page, PageToken.Of(_call, last));

    /// <summary>The page with which its list ends.</summary>
    public static Page<T> Last<T>(IReadOnlyList<T> page) => new(page, null);
}
