using Portlight.Api;
using Portlight.Domain;

namespace Portlight.Lightsail;

/// <summary>
/// What Put, Open and Close share: whether the caller may is asked of every rule, one instance's new port set goes into the store together with its operation
/// record, and the answer waits until the kernel has confirmed it.
/// </summary>
internal sealed class PortChange(Services services)
{
    /// <param name="call">The request.</param>
    /// <param name="instanceName">The instance, not yet looked up.</param>
    /// <param name="wanted">What the request wants of its ports.</param>
    /// <param name="answer">Makes the answer of the operation as it is known when the wait for the kernel ends.</param>
    public async Task<TResponse> RunAsync<TResponse>(Call call, string instanceName, PortRequest wanted, Func<Wire.Lightsail.Operation, TResponse> answer)
    {
        var access = new ResourceAccess<Instance>(call, ResourceKinds.Instance, instanceName, (question, instance) => wanted.Questions(call, question, instance, services.Limits));
        if (services.SshGuard.Guards(call, services.Store.View.FindInstance(call.Scope, instanceName)))
        {
            await GuardAsync(call, access, wanted);
        }

        var committed = await services.Store.WriteAsync(call, (view, changes) =>
        {
            var instance = access.Require(view);
            Requests.RequireMatch(call, instance);
            var (ports, details) = wanted.Decide(instance.Ports);
            var expiring = wanted.Expire(call, instance, ports);
            var saved = expiring == instance.Expiring && IsNoChange(call, instance, ports)
                ? instance
                : changes.Save(revision => instance with { Ports = ports, Expiring = expiring, Revision = revision, Unconfirmed = UnconfirmedChanges.Next(call, instance, revision) });
            var begun = OperationShapes.Begin(call, saved, call.Operation, details);
            changes.Add(begun);
            return (Begun: begun, Saved: saved);
        });
        call.EntityTag = Requests.EntityTag(committed.Final(committed.Result.Saved));
        return answer((await services.Confirmation.OfAsync(committed.Final(committed.Result.Begun))).ToWire());
    }

    /// <summary>Of this machine's ports: the agent is asked before the write, because that takes a while.</summary>
    private async Task GuardAsync(Call call, ResourceAccess<Instance> access, PortRequest wanted)
    {
        call.AskAhead();
        var current = access.Require(services.Store.View);
        Requests.RequireMatch(call, current);
        await services.SshGuard.RequireAsync(call, current, wanted.Decide(current.Ports).Wanted);
    }

    /// <summary>
    /// What asks for the ports that are there already is recorded as an operation and makes no revision: the instance is written whole for each. Its operation
    /// waits for the revision that the ports have; what the kernel has refused of that is tried again.
    /// </summary>
    private bool IsNoChange(Call call, Instance instance, PortSet wanted) =>
        call.ConfirmWithin is null && instance.Unconfirmed is null && wanted.Equals(instance.Ports) && !services.Hosts.Of(instance).IsRefused(instance.Revision);
}
