using Portlight.Api;
using Portlight.Domain;

namespace Portlight.Lightsail;

/// <summary>
/// What Put, Open and Close share: whether the caller may is asked of every rule, one instance's new port set goes into the store together with its operation
/// record, and the answer waits until the kernel has confirmed it.
/// </summary>
internal sealed class PortChange(Services services)
{
    /// <param name="call">The request, whose words are checked as far as that needs no instance.</param>
    /// <param name="instanceName">The instance, not yet looked up.</param>
    /// <param name="ask">From the port set as it is to what the request does to it; what of that is allowed is not looked at yet.</param>
    /// <param name="decide">From the port set as it is to the one that is wanted and the operation's details; throws for what is not allowed.</param>
    /// <param name="answer">Makes the answer of the operation as it is known when the wait for the kernel ends.</param>
    public async Task<TResponse> RunAsync<TResponse>(
        Call call, string instanceName, Func<PortSet, PortsAsked> ask, Func<PortSet, (PortSet Wanted, string Details)> decide, Func<Wire.Lightsail.Operation, TResponse> answer)
    {
        var access = new ResourceAccess<Instance>(call, ResourceKinds.Instance, instanceName, (question, instance) =>
            instance is null
                ? PortQuestions.Of(call, question, PortSet.Empty, () => ask(PortSet.Empty), services.Limits)
                : PortQuestions.Of(call, question, instance.Attachment.LetIn(instance.Ports), () => ask(instance.Ports).At(instance.Attachment), services.Limits));
        if (services.SshGuard.Guards(call, services.Store.View.FindInstance(call.Scope, instanceName)))
        {
            await GuardAsync(call, access, decide);
        }

        var committed = await services.Store.WriteAsync(call, (view, changes) =>
        {
            var instance = access.Require(view);
            Requests.RequireMatch(call, instance);
            var (wanted, details) = decide(instance.Ports);
            var saved = IsNoChange(call, instance, wanted)
                ? instance
                : changes.Save(revision => instance with { Ports = wanted, Revision = revision, Unconfirmed = UnconfirmedChanges.Next(call, instance, revision) });
            var begun = OperationShapes.Begin(call, saved, call.Operation, details);
            changes.Save(begun);
            return (Begun: begun, Saved: saved);
        });
        call.EntityTag = Requests.EntityTag(committed.Final(committed.Result.Saved));
        return answer((await services.Confirmation.OfAsync(committed.Final(committed.Result.Begun))).ToWire());
    }

    /// <summary>Of this machine's ports: the agent is asked before the write, because that takes a while.</summary>
    private async Task GuardAsync(Call call, ResourceAccess<Instance> access, Func<PortSet, (PortSet Wanted, string Details)> decide)
    {
        call.AskAhead();
        var current = access.Require(services.Store.View);
        Requests.RequireMatch(call, current);
        await services.SshGuard.RequireAsync(call, current, decide(current.Ports).Wanted);
    }

    /// <summary>
    /// What asks for the ports that are there already is recorded as an operation and makes no revision: the instance is written whole for each. Its operation
    /// waits for the revision that the ports have; what the kernel has refused of that is tried again.
    /// </summary>
    private bool IsNoChange(Call call, Instance instance, PortSet wanted) =>
        call.ConfirmWithin is null && instance.Unconfirmed is null && wanted.Equals(instance.Ports) && !services.Hosts.Of(instance).IsRefused(instance.Revision);
}
