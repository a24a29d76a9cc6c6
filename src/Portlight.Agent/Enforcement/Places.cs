namespace Portlight.Agent.Enforcement;

/// <summary>
/// Which instance is attached where: an interface, or the machine itself, is one instance's at most. Changes that came together are decided as if they had
/// come one after the other: what one of them leaves, the next may take.
/// </summary>
internal sealed class Places
{
    private readonly Dictionary<string, long> _owners = new(StringComparer.Ordinal);

    internal void Clear() => _owners.Clear();

    /// <summary>Lets go of a place, unless another has taken it since.</summary>
    internal void Release(string? key, long index)
    {
        if (key is not null && _owners.TryGetValue(key, out var owner) && owner == index)
        {
            _owners.Remove(key);
        }
    }

    /// <summary>
    /// Takes the place of every plan, in order. Gives those that cannot have theirs: they keep what they had, and an instance that took that meanwhile cannot have it.
    /// </summary>
    /// <param name="plans">One for each instance.</param>
    /// <param name="standing">What an instance has now; null for nothing.</param>
    internal List<Plan> Claim(IReadOnlyList<Plan> plans, Func<long, string?> standing)
    {
        foreach (var plan in plans)
        {
            if (standing(plan.Index) is { } left && left != plan.Filtered?.Key)
            {
                Release(left, plan.Index);
            }
        }

        var refused = new List<Plan>();
        foreach (var plan in plans)
        {
            if (plan.Filtered is { } filtered && !_owners.TryAdd(filtered.Key, plan.Index) && _owners[filtered.Key] != plan.Index)
            {
                GiveBack(plan, plans, standing, refused);
            }
        }

        return refused;
    }

    /// <summary>An instance is back where it was. False when that place is another's now.</summary>
    internal bool Restore(string? wanted, string? standing, long index)
    {
        if (wanted != standing)
        {
            Release(wanted, index);
        }

        return standing is null || _owners.TryAdd(standing, index) || _owners[standing] == index;
    }

    private void GiveBack(Plan plan, IReadOnlyList<Plan> plans, Func<long, string?> standing, List<Plan> refused)
    {
        refused.Add(plan);
        if (standing(plan.Index) is not { } kept)
        {
            return;
        }

        var taker = _owners.GetValueOrDefault(kept, plan.Index);
        _owners[kept] = plan.Index;
        if (taker != plan.Index && plans.FirstOrDefault(other => other.Index == taker) is { } other)
        {
            GiveBack(other, plans, standing, refused);
        }
    }
}
