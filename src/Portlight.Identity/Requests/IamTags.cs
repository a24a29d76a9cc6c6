using System.Collections.Immutable;
using Portlight.Domain;
using Portlight.Wire;
using Portlight.Wire.Query;

namespace Portlight.Identity;

/// <summary>Tags of users, roles and policies (IAM user guide, tagging): keys that differ by case alone are one, and each has a value.</summary>
internal static class IamTags
{
    /// <summary>The tags of a request; null when it has no list of them.</summary>
    public static ImmutableSortedDictionary<string, string> Read(IamRequest request)
    {
        var read = request.Structures("Tags", Quotas.Tags, prefix => KeyValuePair.Create(request.Require(prefix + "Key", IamRules.TagKey), request.Require(prefix + "Value", IamRules.TagValue)));
        var tags = IdentityDefaults.Tags.SetItems(read);
        if (tags.Count < read.Count)
        {
            request.Done();
            throw IamException.InvalidInput("Duplicate tag keys found. Please note that Tag keys are case insensitive.");
        }

        return tags;
    }

    /// <summary>Keys under <c>aws:</c> are AWS's own.</summary>
    public static void RequireOwnKeys(IEnumerable<string> keys)
    {
        if (keys.FirstOrDefault(key => key.StartsWith("aws:", StringComparison.OrdinalIgnoreCase)) is { } reserved)
        {
            throw IamException.InvalidInput($"Tag keys that begin with aws: are reserved: {reserved}");
        }
    }

    /// <summary>What is there with what is added; a key that is there gets the new value and is written as it is now.</summary>
    public static ImmutableSortedDictionary<string, string> Add(ImmutableSortedDictionary<string, string> existing, ImmutableSortedDictionary<string, string> added)
    {
        var together = existing.RemoveRange(added.Keys).AddRange(added);
        return together.Count <= Quotas.Tags ? together : throw IamException.LimitExceeded($"The number of tags has reached the maximum limit: {Quotas.Tags}.");
    }

    /// <summary>As conditions read them.</summary>
    public static ImmutableSortedDictionary<string, string?> ForConditions(this ImmutableSortedDictionary<string, string> tags) => tags!;

    /// <summary>One tag of a list.</summary>
    public static void Tag(this XmlAnswer answer, KeyValuePair<string, string> tag)
    {
        answer.Text("Key", tag.Key);
        answer.Text("Value", tag.Value);
    }

    /// <summary>The list, or nothing when there are none, as IAM leaves it out.</summary>
    public static void Tags(this XmlAnswer answer, ImmutableSortedDictionary<string, string> tags)
    {
        if (!tags.IsEmpty)
        {
            answer.List("Tags", tags, answer.Tag);
        }
    }
}
