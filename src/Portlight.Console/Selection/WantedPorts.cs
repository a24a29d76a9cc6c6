using Portlight.Console.Exposure;
using Portlight.Console.Ports;
using Portlight.Console.Shell;
using Portlight.Wire.PortlightApi;

namespace Portlight.Console.Selection;

/// <summary>What is wanted of the ports of each of several instances. What it makes of one is a function of what stands there.</summary>
internal abstract record WantedPorts
{
    private WantedPorts()
    {
    }

    /// <summary>As the head of a review has it: <c>Open tcp 8080</c>.</summary>
    public abstract string Words { get; }

    /// <summary>The whole set as it is to be.</summary>
    /// <param name="stand">The rules that stand.</param>
    /// <param name="meant">Ports that the instance is there to offer to everybody.</param>
    public abstract IReadOnlyList<PortRule> Of(IReadOnlyList<PortRule> stand, IReadOnlyCollection<int> meant);

    /// <summary>What has to be known of it beside what it changes; null for nothing.</summary>
    public virtual string? Why => null;

    /// <summary>Rules that are to stand afterwards, for good.</summary>
    protected virtual IReadOnlyList<PortRule> Lasting => [];

    /// <summary>Why it makes no difference to an instance. What lets in already may do so for a time alone, which is not what is wanted.</summary>
    /// <param name="stand">The rules that stand.</param>
    /// <param name="expiring">What of them is closed at a time.</param>
    public string WhyNothing(IReadOnlyList<PortRule> stand, IReadOnlyList<ExpiringPort> expiring)
    {
        var closing = from one in expiring.OrderBy(one => one.ExpiresAt)
                      let rule = PortRule.Of(one.PortState)
                      let sources = rule.Sources.Intersect(Lasting.Where(wanted => wanted.Key == rule.Key).SelectMany(wanted => wanted.Sources)).ToList()
                      where sources.Count > 0
                      select $"{Ports(rule)} is open to {string.Join(", ", SourceWords.Of(sources).Select(source => source.Text))} for a time alone, and closes at {EventTimes.Minute(one.ExpiresAt)}: change on its own page when it expires.";
        return closing.FirstOrDefault() ?? WhyNothing(stand);
    }

    /// <summary>The same of what is open for good.</summary>
    protected abstract string WhyNothing(IReadOnlyList<PortRule> stand);

    private static string Ports(PortRule rule) => $"{rule.Protocol} {rule.Range}";

    /// <summary>Lets sources in, beside what is let in already.</summary>
    public sealed record Open(PortRule Rule) : WantedPorts
    {
        public override string Words => $"Open {Ports(Rule)}";

        public override IReadOnlyList<PortRule> Of(IReadOnlyList<PortRule> stand, IReadOnlyCollection<int> meant) => Draft.Of("", stand).LetIn(Rule).Rules;

        protected override IReadOnlyList<PortRule> Lasting => [Rule];

        protected override string WhyNothing(IReadOnlyList<PortRule> stand) => "It is open so already.";
    }

    /// <summary>Takes out the rule of exactly these ports.</summary>
    public sealed record Close(PortRule Rule) : WantedPorts
    {
        public override string Words => $"Close {Ports(Rule)}";

        public override IReadOnlyList<PortRule> Of(IReadOnlyList<PortRule> stand, IReadOnlyCollection<int> meant) => [.. stand.Where(rule => rule.Key != Rule.Key)];

        protected override string WhyNothing(IReadOnlyList<PortRule> stand) => stand.FirstOrDefault(rule => ExposureMatrix.Covers(rule, Rule)) is { } wider
            ? $"No rule of it is for {Ports(Rule)} alone: it is open by {Ports(wider)}."
            : "It is closed already.";
    }

    /// <summary>Puts sources in the place of everyone.</summary>
    /// <param name="Rule">The port that everyone is not to reach any more: each rule that opens it to everyone is narrowed, whole. Null for every rule that is open to everyone and not meant to be.</param>
    /// <param name="Sources">What is let in still, beside what is let in by its own address already.</param>
    public sealed record Narrow(PortRule? Rule, IReadOnlyList<string> Sources) : WantedPorts
    {
        public override string Words => $"Narrow {(Rule is null ? "all that is open to everyone" : Ports(Rule))}";

        public override IReadOnlyList<PortRule> Of(IReadOnlyList<PortRule> stand, IReadOnlyCollection<int> meant) =>
            [.. stand.Select(rule => IsToBeNarrowed(rule, meant) ? rule with { Sources = [.. rule.Sources.Where(source => source is not (PortRule.Everyone4 or PortRule.Everyone6)).Union(Sources)] } : rule)];

        protected override string WhyNothing(IReadOnlyList<PortRule> stand) => "Nothing of it is open to everyone.";

        private bool IsToBeNarrowed(PortRule rule, IReadOnlyCollection<int> meant) =>
            rule.IsToEveryone && (Rule is null ? rule.Width(meant) == PortWidth.Everyone : ExposureMatrix.Covers(rule, Rule));
    }

    /// <summary>Makes it what it was before a change.</summary>
    /// <param name="Rules">What stood before.</param>
    /// <param name="Change">Which change that was, as a sentence.</param>
    public sealed record Earlier(IReadOnlyList<PortRule> Rules, string Change) : WantedPorts
    {
        public override string Words => "Undo the last change of ports";

        public override string? Why => Change;

        public override IReadOnlyList<PortRule> Of(IReadOnlyList<PortRule> stand, IReadOnlyCollection<int> meant) => Draft.Of("", stand).To(Rules).Rules;

        protected override IReadOnlyList<PortRule> Lasting => Rules;

        protected override string WhyNothing(IReadOnlyList<PortRule> stand) => $"{Change} It has these rules already.";
    }

    /// <summary>Adds the rules of a template, or makes them the only ones.</summary>
    public sealed record Template(string Name, IReadOnlyList<PortRule> Rules, bool IsAlone) : WantedPorts
    {
        public override string Words => IsAlone ? $"Only the rules of {Name}" : $"Add the rules of {Name}";

        public override IReadOnlyList<PortRule> Of(IReadOnlyList<PortRule> stand, IReadOnlyCollection<int> meant) =>
            (IsAlone ? Draft.Of("", stand).To(Rules) : Rules.Aggregate(Draft.Of("", stand), (draft, rule) => draft.LetIn(rule))).Rules;

        protected override IReadOnlyList<PortRule> Lasting => Rules;

        protected override string WhyNothing(IReadOnlyList<PortRule> stand) => IsAlone ? "It has these rules and no others already." : "It has these rules already.";
    }
}
