namespace Portlight.Policies.Matching;

/// <summary>An ARN with the places of its first five colons: <c>arn:partition:service:region:account:resource</c>. The resource may hold colons of its own.</summary>
internal readonly struct ArnText
{
    public const int Parts = 6;

    private readonly int first;
    private readonly int second;
    private readonly int third;
    private readonly int fourth;
    private readonly int fifth;

    public ArnText(string text)
    {
        Text = text;
        first = text.IndexOf(':', StringComparison.Ordinal);
        second = Next(text, first);
        third = Next(text, second);
        fourth = Next(text, third);
        fifth = Next(text, fourth);
    }

    public string Text { get; }

    /// <summary>False when it has fewer than six parts.</summary>
    public bool IsWhole => fifth > 0;

    public ReadOnlySpan<char> this[int part] => part switch
    {
        0 => Text.AsSpan(0, first),
        1 => Text.AsSpan((first + 1)..second),
        2 => Text.AsSpan((second + 1)..third),
        3 => Text.AsSpan((third + 1)..fourth),
        4 => Text.AsSpan((fourth + 1)..fifth),
        _ => Text.AsSpan(fifth + 1),
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
