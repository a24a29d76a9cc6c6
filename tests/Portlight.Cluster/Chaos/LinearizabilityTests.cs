using CsCheck;

namespace Portlight.Cluster.Chaos;

/// <summary>The checker finds what is wrong in histories that are, and nothing in those that are not: compared with trying every order of a few acts.</summary>
public sealed class LinearizabilityTests
{
    private const long Never = Act.Unanswered;

    [Fact]
    public void One_act_after_the_other_is_in_order() =>
        AssertRight(Act.Read(0, 1, 2), Act.Write(1, 3, 4), Act.Read(1, 5, 6), Act.Replace(1, 2, 7, 8), Act.Read(2, 9, 10));

    [Fact]
    public void Acts_that_overlap_have_the_order_that_fits()
    {
        AssertRight(Act.Write(1, 1, 10), Act.Write(2, 2, 9), Act.Read(2, 3, 4), Act.Read(1, 5, 6));
        AssertRight(Act.Write(1, 1, 2), Act.Write(2, 3, 10), Act.Read(1, 4, 5), Act.Read(2, 6, 7));
    }

    [Fact]
    public void A_read_of_what_an_acknowledged_write_has_replaced_is_found() => AssertWrong(Act.Write(1, 1, 2), Act.Write(2, 3, 4), Act.Read(1, 5, 6));

    [Fact]
    public void An_acknowledged_write_that_is_lost_is_found() => AssertWrong(Act.Write(1, 1, 2), Act.Read(1, 3, 4), Act.Write(2, 5, 6), Act.Read(1, 7, 8));

    [Fact]
    public void A_value_that_nobody_has_written_is_found() => AssertWrong(Act.Write(1, 1, 2), Act.Read(9, 3, 4));

    [Fact]
    public void A_read_before_its_write_was_sent_is_found() => AssertWrong(Act.Read(1, 1, 2), Act.Write(1, 3, 4));

    [Fact]
    public void Reads_that_go_forth_and_back_are_found() => AssertWrong(Act.Write(1, 1, 2), Act.Write(2, 3, 20), Act.Read(2, 4, 5), Act.Read(1, 6, 7));

    [Fact]
    public void Two_replacements_of_the_same_value_are_found() => AssertWrong(Act.Write(1, 1, 2), Act.Replace(1, 2, 3, 9), Act.Replace(1, 3, 4, 10));

    [Fact]
    public void A_replacement_of_what_was_not_there_is_found() => AssertWrong(Act.Write(1, 1, 2), Act.Write(2, 3, 4), Act.Replace(1, 3, 5, 6));

    [Fact]
    public void A_write_without_an_answer_takes_effect_late_or_never()
    {
        AssertRight(Act.Write(1, 1, Never), Act.Write(2, 2, 3), Act.Read(2, 4, 5), Act.Read(1, 6, 7));
        AssertRight(Act.Write(1, 1, Never), Act.Write(2, 2, 3), Act.Read(2, 4, 5), Act.Read(2, 6, 7));
        AssertRight(Act.Replace(0, 1, 1, Never), Act.Replace(1, 2, 2, Never), Act.Read(2, 4, 5));
    }

    [Fact]
    public void A_write_without_an_answer_takes_effect_once() => AssertWrong(Act.Write(1, 1, Never), Act.Read(1, 2, 3), Act.Write(2, 4, 5), Act.Read(2, 6, 7), Act.Read(1, 8, 9));

    [Fact]
    public void A_replacement_without_an_answer_needs_what_it_replaces() => AssertWrong(Act.Write(1, 1, 2), Act.Write(2, 3, 4), Act.Replace(1, 3, 5, Never), Act.Read(3, 6, 7));

    [Fact]
    public void It_agrees_with_trying_every_order()
    {
        var found = 0;
        Gen.Int[0, int.MaxValue].Sample(
            seed =>
            {
                var history = Some(new Random(seed));
                var isRight = IsRightInSomeOrder(history);
                found += isRight ? 1 : 0;
                Assert.True(isRight == (Linearizability.FindViolation(history, 0) is null), string.Join('\n', history));
            },
            iter: 3_000,
            threads: 1);
        Assert.InRange(found, 100, 2_900);
    }

    /// <summary>As long as those of a storm: what is right is found to be so without trying what nobody has time for.</summary>
    [Fact]
    public void A_long_history_of_many_callers_is_checked_and_one_old_answer_in_it_is_found()
    {
        var (history, ends, state, random) = (new List<Act>(), new long[8], 0, new Random(7));
        for (var number = 1; number <= 20_000; number++)
        {
            // Each takes effect at ten times its number, somewhere between its start and its end.
            var (at, caller) = (number * 10L, random.Next(ends.Length));
            var (start, end) = (Math.Max(ends[caller] + 1, at - random.Next(30)), at + random.Next(30));
            ends[caller] = end;
            history.Add(random.Next(3) == 0 ? Act.Read(state, Math.Min(start, at), end) : Act.Write(state = number, Math.Min(start, at), random.Next(50) == 0 ? Never : end));
        }

        Assert.Null(Linearizability.FindViolation(history, 0));
        var old = history.FindLastIndex(act => act.Kind == ActKind.Read);
        history[old] = history[old] with { Value = history.First(act => act.Kind == ActKind.Write).Value };
        Assert.NotNull(Linearizability.FindViolation(history, 0));
    }

    private static void AssertRight(params Act[] history)
    {
        Assert.Null(Linearizability.FindViolation(history, 0));
        Assert.True(IsRightInSomeOrder(history));
    }

    private static void AssertWrong(params Act[] history)
    {
        Assert.NotNull(Linearizability.FindViolation(history, 0));
        Assert.False(IsRightInSomeOrder(history));
    }

    private static List<Act> Some(Random random)
    {
        var history = new List<Act>();
        for (var number = 1; number <= 6; number++)
        {
            var start = random.Next(30);
            var end = random.Next(6) == 0 ? Never : start + 1 + random.Next(12);
            history.Add(random.Next(3) switch
            {
                0 => Act.Write(number, start, end),
                1 => Act.Read(random.Next(7), start, end),
                _ => Act.Replace(random.Next(7), number, start, end),
            });
        }

        return history;
    }

    /// <summary>The definition, word by word: every order, with and without what was not answered.</summary>
    private static bool IsRightInSomeOrder(IReadOnlyList<Act> history) => Orders([.. history], 0);

    private static bool Orders(List<Act> left, int state)
    {
        if (left.TrueForAll(act => act.End == Never))
        {
            return true;
        }

        foreach (var act in left)
        {
            // It takes effect after it was sent, and before what was answered earlier than it was sent is left over.
            if (left.Exists(other => other.End < act.Start) || (act.Seen is { } seen && seen != state))
            {
                continue;
            }

            if (Orders([.. left.Where(other => !ReferenceEquals(other, act))], act.Writes ? act.Value : state))
            {
                return true;
            }
        }

        return false;
    }
}
