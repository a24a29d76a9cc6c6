using Portlight.Api;
using Portlight.Domain;
using Portlight.Wire;
using Portlight.Wire.Lightsail;
using Instance = Portlight.Domain.Instance;

namespace Portlight.Lightsail;

/// <summary>Tags that an instance must have, all of them; one without a value: whatever its value is.</summary>
internal sealed class TagFilter
{
    private readonly List<(string Key, string? Value)> _tags;

    /// <exception cref="InvalidInputException">One of them has no key.</exception>
    public TagFilter(IReadOnlyList<Tag?>? tags)
    {
        var problems = (tags ?? []).Select((tag, i) => tag?.Key is { Length: > 0 } ? null : (Problem?)new Problem($"tags[{i}].key", "is missing")).OfType<Problem>().ToList();
        _tags = problems.Count > 0 ? throw Requests.Invalid(problems) : [.. (tags ?? []).Select(tag => (tag!.Key!, tag.Value))];
    }

    public bool Fits(Instance instance) => _tags.TrueForAll(tag => instance.Tags.TryGetValue(tag.Key, out var value) && (tag.Value is null || tag.Value == value));
}
