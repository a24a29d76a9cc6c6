namespace Portlight.Policies;

/// <summary>
/// How much work evaluations may do, in steps: a step is a character that a pattern is compared with, some three nanoseconds; values, conditions and statements are
/// several. Patterns and the texts that they
/// are compared with are both a caller's, so without a bound one request could take minutes. What is left of a spent budget matches nothing, and an evaluation
/// that has spent it denies. One budget may pay for several evaluations; for one thread at a time.
/// </summary>
public sealed class EvaluationBudget(long steps)
{
    /// <summary>
    /// For everything that one request asks: some milliseconds. A question about the largest identity that the quotas allow, with patterns as people write them,
    /// takes less than a hundredth of it.
    /// </summary>
    public const long StepsOfRequest = 4_000_000;

    internal const int Value = 4;

    internal const int Condition = 8;

    internal const int Statement = 16;

    /// <summary>Steps that are taken; not more than the budget by much.</summary>
    public long Spent { get; private set; }

    public bool IsSpent => Spent > steps;

    internal long Left => Math.Max(0, steps - Spent);

    /// <summary>False when the budget does not hold that much any more.</summary>
    internal bool Spend(long more)
    {
        Spent += more;
        return Spent <= steps;
    }
}
