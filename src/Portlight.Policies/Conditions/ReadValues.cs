using Portlight.Policies.Matching;

namespace Portlight.Policies.Conditions;

/// <summary>Values that were read into another form than text: numbers, dates, truth values, bytes, blocks of addresses. Policy variables cannot stand in them.</summary>
/// <typeparam name="T">The form.</typeparam>
internal sealed class ReadValues<T>(IEnumerable<T> values, ReadValues<T>.Reader read, Func<T, T, bool> matches) : PolicyValues
{
    private readonly T[] _values = [.. values];

    /// <summary>Reads a text; false when it is not of the form.</summary>
    public delegate bool Reader(string text, out T value);

    public override Match Find(string actual, EvaluationContext context)
    {
        if (!context.Budget.Spend(EvaluationBudget.Condition + (actual.Length / 8)) || !read(actual, out var value))
        {
            return Match.No;
        }

        foreach (var expected in _values)
        {
            if (context.Budget.Spend(EvaluationBudget.Value) && matches(value, expected))
            {
                return Match.Yes;
            }
        }

        return Match.No;
    }
}
