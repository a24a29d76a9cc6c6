using Portlight.Api;
using Portlight.Wire.Query;

namespace Portlight.Identity;

/// <summary>How an answer of IAM shows a page of a list.</summary>
internal static class PageXml
{
    /// <summary>The list, and whether there is more of it.</summary>
    public static void Write<T>(this Page<T> page, XmlAnswer answer, string name, Action<T> content)
    {
        answer.List(name, page.Entries, content);
        page.WriteEnd(answer);
    }

    public static void WriteEnd<T>(this Page<T> page, XmlAnswer answer)
    {
        answer.Flag("IsTruncated", page.Next is not null);
        answer.Text("Marker", page.Next);
    }
}
