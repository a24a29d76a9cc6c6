using Portlight.Api;

namespace Portlight.Lightsail;

/// <summary>What the lists of blueprints and bundles have in common.</summary>
internal static class CatalogueFilter
{
    /// <summary>The one category there is, Lightsail for Research, has no entry in Portlight's catalogue: asking for it answers an empty list.</summary>
    public static void Check(Call call, string? appCategory)
    {
        if (appCategory is not null)
        {
            var check = new RequestCheck(call);
            check.OneOf(appCategory, "appCategory", "LfR");
            check.Done();
        }
    }

    /// <summary>What follows the entry with the id <paramref name="after"/> in the catalogue's order.</summary>
    public static IEnumerable<T> After<T>(IEnumerable<T> entries, string? after, Func<T, string> id) =>
        after is null ? entries : entries.SkipWhile(entry => id(entry) != after).Skip(1);
}
