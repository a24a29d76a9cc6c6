using System.Collections.Immutable;
using Portlight.Domain;

namespace Portlight.Api;

/// <summary>What a request does to the ports of an instance.</summary>
/// <param name="After">The set as it will stand.</param>
/// <param name="Rules">The rules that it asks for as they will stand, each with its place in the request.</param>
internal sealed record PortsAsked(PortSet After, ImmutableArray<(string Place, PortRule Rule)> Rules)
{
    /// <summary>Whether the rules are such as are closed.</summary>
    public bool IsClosing { get; init; }

    /// <summary>With what an attachment lets in besides the ports, which counts for what is open to everybody and for what is closed.</summary>
    public PortsAsked At(Attachment attachment) => this with { After = attachment.LetIn(After) };

    /// <summary>The same where the attachment itself is asked for: what it lets in besides is one of the rules.</summary>
    public PortsAsked Attaching(Attachment attachment) => attachment.PrivateRule is { } rule ? At(attachment) with { Rules = Rules.Add(("privateCidrs", rule)) } : this;
}

/// <summary>Port guardrails: a request is decided once for each port rule that it asks for, and is allowed only if each is (decisions/0032).</summary>
internal static class PortQuestions
{
    /// <summary>
    /// The question about the request, once for each rule where the caller's policies look at rules; once as a whole where they do not, or where there is no
    /// rule.
    /// </summary>
    /// <param name="call">The request.</param>
    /// <param name="question">What is asked, bare.</param>
    /// <param name="before">What is let in now, networks that are not filtered included.</param>
    /// <param name="asked">What the request does to it; worked out only where the policies look at it.</param>
    /// <param name="limits">What aliases stand for.</param>
    public static IReadOnlyList<AccessQuestion> Of(Call call, AccessQuestion question, PortSet before, Func<PortsAsked> asked, PortLimits limits)
    {
        if (!Authorization.LooksAtPorts(call, question.Action))
        {
            return [question];
        }

        var ports = asked();
        var comparison = new PortComparison(before, ports.After, limits.Aliases);
        return ports.Rules.IsEmpty
            ? [question with { Ports = comparison }]
            : [.. ports.Rules.Select(one => question with { Rule = new AskedRule(one.Place, one.Rule, ports.IsClosing ? null : comparison), Ports = comparison })];
    }
}
