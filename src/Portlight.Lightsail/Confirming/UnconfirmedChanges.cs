using Portlight.Api;
using Portlight.Domain;
using Portlight.Wire;
using Portlight.Wire.PortlightApi;

namespace Portlight.Lightsail;

/// <summary>How a change of ports meets one that waits to be confirmed (decisions/0038).</summary>
internal static class UnconfirmedChanges
{
    /// <summary>
    /// What the instance waits to have confirmed once the call's change is saved; null for nothing. A change with the header goes back to what was there before
    /// the first unconfirmed one; one without it is refused while one waits: it would confirm the other, or be undone with it, and its caller asked for neither.
    /// </summary>
    /// <param name="call">The request, while its write is prepared.</param>
    /// <param name="before">The instance as it is; null when the call attaches it.</param>
    /// <param name="revision">The revision of the change.</param>
    /// <exception cref="InvalidInputException">A change waits, and the call does not have the header.</exception>
    public static UnconfirmedChange? Next(Call call, Instance? before, long revision)
    {
        if (call.ConfirmWithin is not { } within)
        {
            return before?.Unconfirmed is { } waiting ? throw Refusal(before, waiting) : null;
        }

        call.ConfirmBy = call.Now + within;
        return new UnconfirmedChange
        {
            Revision = revision,
            Deadline = call.Now + within,
            Within = within,
            ChangedBy = call.Principal.Arn,
            RequestId = call.RequestId,
            Before = before switch
            {
                null => null,
                { Unconfirmed: { } first } => first.Before,
                _ => new EarlierPorts(before.Attachment, before.Ports) { Expiring = before.Expiring },
            },
        };
    }

    private static InvalidInputException Refusal(Instance instance, UnconfirmedChange waiting) => new(
        $"the ports of {instance.Name} were changed by {waiting.ChangedBy} and nobody has confirmed that yet; unless it is, the change is undone at {ConfirmHeader.Text(waiting.Deadline)}. "
        + $"Confirm or undo it first (ConfirmPorts, `portlight confirm {instance.Name} [--revert]`), or send this change with {ConfirmHeaders.Within} too");
}
