using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Globalization;
using Portlight.Policies;
using Portlight.Wire;

namespace Portlight.Identity;

/// <summary>
/// What a simulated request would have for condition keys: what the caller of the simulation says (<c>ContextEntries</c>), and what follows from whom it is
/// simulated for. Nothing is taken from the simulating request itself.
/// </summary>
internal sealed class SimulatedContext : IRequestContext
{
    private const int MostEntries = 256;

    private static readonly FrozenSet<string> ListTypes = FrozenSet.Create(StringComparer.Ordinal, "stringList", "numericList", "booleanList", "ipList", "binaryList", "dateList");

    private readonly Dictionary<string, ContextValues> _entries = new(StringComparer.OrdinalIgnoreCase);

    public static SimulatedContext Read(IamRequest request)
    {
        var context = new SimulatedContext();
        var read = request.Structures("ContextEntries", MostEntries, prefix => new Entry(
            request.Require(prefix + "ContextKeyName", IamRules.ContextKeyName),
            request.RequireOneOf(
                prefix + "ContextKeyType", "string", "stringList", "numeric", "numericList", "boolean", "booleanList", "ip", "ipList", "binary", "binaryList", "date", "dateList"),
            request.Texts(prefix + "ContextKeyValues", IamRules.ContextValue)));
        request.Done();
        foreach (var entry in read)
        {
            if (!context._entries.TryAdd(entry.Name, entry.Values()))
            {
                throw IamException.InvalidInput($"The context key {entry.Name} is given twice; key names do not distinguish case.");
            }
        }

        return context;
    }

    /// <summary>A key that follows from whom is simulated; what the caller of the simulation says counts more.</summary>
    public void Suppose(string key, string? value)
    {
        if (value is not null)
        {
            _entries.TryAdd(key, new ContextValues(value));
        }
    }

    public void SupposeTags(ImmutableSortedDictionary<string, string> tags)
    {
        foreach (var tag in tags)
        {
            Suppose("aws:PrincipalTag/" + tag.Key, tag.Value);
        }
    }

    public bool TryGet(ConditionKey key, out ContextValues values) => _entries.TryGetValue(key.Text, out values);

    private sealed record Entry(string Name, string Type, IReadOnlyList<string> Texts)
    {
        public ContextValues Values()
        {
            if (Texts.FirstOrDefault(text => !HasType(text)) is { } wrong)
            {
                throw IamException.InvalidInput($"Invalid value for the context key {Name}: {Domain.UserText.Excerpt(wrong)} is no {Type}.");
            }

            if (ListTypes.Contains(Type))
            {
                return new ContextValues(Texts);
            }

            return Texts.Count == 1
                ? new ContextValues(Texts[0])
                : throw IamException.InvalidInput($"The context key {Name} is given as {Type} with {Texts.Count} values; a single value is wanted, or the type {Type}List.");
        }

        private bool HasType(string text) => Type.Replace("List", "", StringComparison.Ordinal) switch
        {
            "numeric" => decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out _),
            "boolean" => text is "true" or "false",
            _ => true, // dates, addresses and the rest have many forms: the operators of a policy tell whether they can read one
        };
    }
}
