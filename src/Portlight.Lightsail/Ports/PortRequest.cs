using System.Collections.Immutable;
using Portlight.Api;
using Portlight.Domain;
using Portlight.Wire;
using Portlight.Wire.Lightsail;

namespace Portlight.Lightsail;

/// <summary>What a request wants of an instance's ports, whichever they are: its words are checked as far as that needs no instance.</summary>
/// <param name="Action">The operation that does it, as a policy calls it.</param>
/// <param name="Ask">From the port set as it is to what the request does to it; what of that is allowed is not looked at yet.</param>
/// <param name="Decide">From the port set as it is to the one that is wanted and the operation's details; throws for what is not allowed.</param>
internal sealed record PortRequest(string Action, Func<PortSet, PortsAsked> Ask, Func<PortSet, (PortSet Wanted, string Details)> Decide)
{
    private const int NamedRules = 20;

    /// <summary>From the instance as it is and the ports that are wanted to what of them expires. What a Put or a Close leaves as it is still expires when it did.</summary>
    public Func<Call, Domain.Instance, PortSet, ImmutableArray<ExpiringRule>> Expire { get; init; } = (_, before, ports) => before.Expiring.Left(ports);

    /// <summary>Rules of the request that are closed later: of what is open for good, that is asked as closing it. None where nothing is.</summary>
    public ImmutableArray<PortRule> ClosedLater { get; init; } = [];

    /// <summary>Whether it is asked under the name of <see cref="Action"/> beside that of the call.</summary>
    public bool IsAskedBeside { get; init; }

    /// <summary>What is listed is open, everything else closed.</summary>
    /// <exception cref="InvalidInputException">A rule is bad.</exception>
    public static PortRequest Put(IReadOnlyList<PortInfo?> infos, PortLimits limits)
    {
        if (!PortSet.TryCreate([.. infos.Select(info => info.ToInput())], limits, out var wanted, out var problems))
        {
            throw Requests.Invalid(problems);
        }

        return new PortRequest("lightsail:PutInstancePublicPorts", _ => new PortsAsked(wanted, infos.Places(wanted)), _ => (wanted, Details(wanted)));
    }

    /// <summary>A rule is added, or its sources to the rule with the same ports and protocol.</summary>
    /// <exception cref="InvalidInputException">The rule is bad.</exception>
    public static PortRequest Open(PortInfo info, PortLimits limits)
    {
        var input = info.ToInput();
        if (!PortSet.Empty.TryOpen(input, limits, out var alone, out _, out var wrong))
        {
            throw Requests.Invalid(wrong);
        }

        return new PortRequest("lightsail:OpenInstancePublicPorts", open => Opening(open, alone.Rules[0]), open =>
            open.TryOpen(input, limits, out var wanted, out var key, out var problems) ? (wanted, key.ToString()) : throw Requests.Invalid(problems))
        {
            // Opened for good, whatever it was before.
            Expire = (_, before, ports) => before.Expiring.Left(ports).Without(alone.Rules[0]),
        };
    }

    /// <summary>A rule goes, or some of its sources.</summary>
    /// <exception cref="InvalidInputException">The rule is bad.</exception>
    public static PortRequest Close(PortInfo info, PortLimits limits)
    {
        var input = info.ToInput();
        if (!PortSet.Empty.TryClose(input, limits, out _, out var closed, out var wrong))
        {
            throw Requests.Invalid(wrong);
        }

        return new PortRequest("lightsail:CloseInstancePublicPorts", open => Closing(open, input, closed, limits), open =>
            open.TryClose(input, limits, out var wanted, out var key, out var problems) ? (wanted, key.ToString()) : throw Requests.Invalid(problems));
    }

    /// <summary>What is asked of the caller's policies about an instance, or of one that is not there.</summary>
    public IReadOnlyList<AccessQuestion> Questions(Call call, AccessQuestion question, Domain.Instance? instance, PortLimits limits) =>
        IsAskedBeside
            ? [question, .. Asked(call, question with { Action = Action }, instance, limits), .. AskedLater(call, question with { Action = Action }, instance, limits)]
            : Asked(call, question, instance, limits);

    private IReadOnlyList<AccessQuestion> AskedLater(Call call, AccessQuestion question, Domain.Instance? instance, PortLimits limits)
    {
        if (instance is null || ClosedLater.IsEmpty)
        {
            return [];
        }

        var lasting = instance.Ports.Close(instance.Expiring);
        var left = lasting.Close(ClosedLater);
        return left.Equals(lasting) ? [] : PortQuestions.Of(call, question, instance.Attachment.LetIn(lasting), () => new PortsAsked(left, []).At(instance.Attachment), limits);
    }

    private IReadOnlyList<AccessQuestion> Asked(Call call, AccessQuestion question, Domain.Instance? instance, PortLimits limits) => instance is null
        ? PortQuestions.Of(call, question, PortSet.Empty, () => Ask(PortSet.Empty), limits)
        : PortQuestions.Of(call, question, instance.LetIn, () => Ask(instance.Ports).At(instance.Attachment), limits);

    /// <summary>What of the real service's answer is unknown; ours lists the rules as Open and Close name theirs.</summary>
    private static string Details(PortSet wanted) =>
        string.Join(",", wanted.Rules.Take(NamedRules).Select(rule => rule.Key)) + (wanted.Rules.Length > NamedRules ? $",… {wanted.Rules.Length} in all" : "");

    /// <summary>The rule as it will stand, with the sources that it has already.</summary>
    private static PortsAsked Opening(PortSet open, PortRule added)
    {
        var after = PortSet.Of([.. open.Rules, added]);
        return new PortsAsked(after, [("portInfo", after.Rules.First(rule => rule.Key == added.Key))]);
    }

    /// <summary>A Close that will be refused, because other rules let in all that it wants closed, closes nothing.</summary>
    private static PortsAsked Closing(PortSet open, PortRuleInput? input, PortKey closed, PortLimits limits) => new(
        open.TryClose(input, limits, out var after, out _, out _) ? after : open,
        [("portInfo", new PortRule(closed, [], [], []))])
    {
        IsClosing = true,
    };
}
