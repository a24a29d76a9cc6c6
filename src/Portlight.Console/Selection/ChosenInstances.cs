using Portlight.Console.Live;

namespace Portlight.Console.Selection;

/// <summary>The instances that a person has chosen in the list, by name: what is narrowed or sorted out of sight stays chosen.</summary>
internal sealed class ChosenInstances
{
    private readonly HashSet<string> _names = new(StringComparer.Ordinal);
    private string? _last;

    public int Count => _names.Count;

    public bool Holds(string name) => _names.Contains(name);

    /// <summary>Whether all that are shown are chosen.</summary>
    public bool HoldsAll(IReadOnlyCollection<ListedInstance> shown) => shown.Count > 0 && _names.Count >= shown.Count && shown.All(row => _names.Contains(row.Instance.Name));

    /// <summary>Chooses one, or lets it go. With a range, all from the one that was turned last to this one become what this one becomes.</summary>
    public void Turn(string name, bool isRange, IReadOnlyList<ListedInstance> shown)
    {
        var isChosen = !_names.Contains(name);
        foreach (var one in isRange && Between(_last, name, shown) is { } range ? range : [name])
        {
            Set(one, isChosen);
        }

        _last = name;
    }

    /// <summary>Chooses all that are shown; where they are, lets all of them go.</summary>
    public void TurnAll(IReadOnlyCollection<ListedInstance> shown)
    {
        var isChosen = !HoldsAll(shown);
        foreach (var row in shown)
        {
            Set(row.Instance.Name, isChosen);
        }

        _last = null;
    }

    /// <summary>Chooses these and no others.</summary>
    public void Choose(IEnumerable<string> names)
    {
        Clear();
        _names.UnionWith(names);
    }

    public void Clear()
    {
        _names.Clear();
        _last = null;
    }

    /// <summary>Those that are there still, in the fleet's order.</summary>
    public IReadOnlyList<InstanceView> Among(FleetSnapshot fleet) => _names.Count == 0 ? [] : [.. fleet.Instances.Where(instance => _names.Contains(instance.Name))];

    private void Set(string name, bool isChosen)
    {
        if (isChosen)
        {
            _names.Add(name);
        }
        else
        {
            _names.Remove(name);
        }
    }

    /// <summary>Null where one of both is not shown.</summary>
    private static IEnumerable<string>? Between(string? from, string to, IReadOnlyList<ListedInstance> shown)
    {
        var places = shown.Where(row => row.Instance.Name == from || row.Instance.Name == to).Select(row => row.Place).ToList();
        return places is [var first, var last] ? shown.Skip(first).Take(last - first + 1).Select(row => row.Instance.Name) : null;
    }
}
