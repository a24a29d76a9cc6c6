namespace Portlight.Policies.Matching;

/// <summary>An ARN with the places of its first five colons: <c>arn:partition:service:region:account:resource</c>. The resource may hold colons of its own.</summary>
internal readonly struct ArnText
{
    public const int Parts = 6;

    private readonly int _first;
    private readonly int _second;
    private readonly int _third;
    private readonly int _fourth;
    private readonly int _fifth;

    public ArnText(string text)
    {
        Text = text;
        _first = text.IndexOf(':', StringComparison.Ordinal);
        _second = Next(text, _first);
        _third = Next(text, _second);
        _fourth = Next(text, _third);
        _fifth = Next(text, _fourth);
    }

    public string Text { get; }

    /// <summary>False when it has fewer than six parts.</summary>
    public bool IsWhole => _fifth > 0;

    public ReadOnlySpan<char> this[int part] => part switch
    {
        0 => Text.AsSpan(0, _first),
        1 => Text.AsSpan((_first + 1).._second),
        2 => Text.AsSpan((_second + 1).._third),
        3 => Text.AsSpan((_third + 1).._fourth),
        4 => Text.AsSpan((_fourth + 1).._fifth),
        _ => Text.AsSpan(_fifth + 1),
    };

    /// <summary>Whether the ARN fits a pattern of <see cref="Glob"/>, part by part: a wildcard in one of the first five parts does not reach beyond it.</summary>
    public bool Fits(in ArnText pattern, EvaluationBudget budget)
    {
        if (!IsWhole || !pattern.IsWhole)
        {
            return false;
        }

        // The resource first: it is what tells most ARNs apart.
        for (var part = Parts - 1; part >= 0; part--)
        {
            if (!Glob.IsMatch(pattern[part], this[part], budget))
            {
                return false;
            }
        }

        return true;
    }

    private static int Next(string text, int colon) => colon < 0 ? -1 : text.IndexOf(':', colon + 1);
}
