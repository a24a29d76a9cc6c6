namespace Portlight.Netns.Storm;

/// <summary>What is known of one instance, which one writer alone changes: the state that was acknowledged last, and the one that was asked for since.</summary>
internal sealed class Subject(string name, bool comesAndGoes)
{
    public string Name { get; } = name;

    /// <summary>Whether it is created and deleted, or has its ports changed.</summary>
    public bool ComesAndGoes { get; } = comesAndGoes;

    public State Acknowledged { get; private set; }

    /// <summary>Asked for, and not answered; null for nothing.</summary>
    public State? UnderWay { get; private set; }

    public void Ask(State next) => UnderWay = next;

    public void Acknowledge() => (Acknowledged, UnderWay) = (UnderWay!.Value, null);

    /// <summary>What a restart has found: one of the two, or something was lost.</summary>
    public void Find(State found)
    {
        Assert.True(
            Acknowledged.Admits(found) || UnderWay?.Admits(found) == true,
            $"{Name} is {found}, acknowledged was {Acknowledged}, under way {UnderWay?.ToString() ?? "nothing"}");
        (Acknowledged, UnderWay) = (found, null);
    }

    /// <param name="Exists">Whether there is such an instance.</param>
    /// <param name="Ports">A bit for each of <see cref="KillStormTests.Ports"/> that is open; null for whatever a new instance has.</param>
    internal readonly record struct State(bool Exists, byte? Ports)
    {
        public bool Admits(State found) => Exists == found.Exists && (Ports is null || Ports == found.Ports);
    }
}
