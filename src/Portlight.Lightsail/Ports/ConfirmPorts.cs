using Portlight.Api;
using Portlight.Domain;
using Portlight.Wire;
using Portlight.Wire.PortlightApi;

namespace Portlight.Lightsail;

/// <summary>
/// Confirms a change of ports, or undoes it at once. A confirmation counts only on a connection that was accepted when the change was in force: one that stood
/// before proves nothing.
/// </summary>
internal sealed class ConfirmPorts(Services services) : IOperation<ConfirmPortsRequest, ConfirmPortsResponse>
{
    public const string Name = "ConfirmPorts";

    public async Task<ConfirmPortsResponse> HandleAsync(Call call, ConfirmPortsRequest request)
    {
        var name = Requests.RequireName(call, request.InstanceName, "instanceName");
        var isRevert = request.Revert == true;
        var access = new ResourceAccess<Instance>(call, ResourceKinds.Instance, name, (question, instance) => isRevert && instance is { Unconfirmed: not null } ? Reverting(call, question, instance) : [question]);
        var committed = await services.Store.WriteAsync(call, (view, changes) =>
        {
            var instance = access.Require(view);
            Requests.RequireMatch(call, instance);
            var waiting = instance.Unconfirmed ?? throw new InvalidInputException($"no change of the ports of {name} waits to be confirmed: it has been confirmed or undone, or there was none");
            if (!isRevert)
            {
                RequireProof(call, instance, waiting);
            }

            var after = isRevert ? instance.Undone() : instance with { Unconfirmed = null };
            var saved = changes.SaveOrRemove(instance, after);
            var operation = OperationShapes.Begin(call, saved, call.Operation, isRevert ? "reverted" : "confirmed");
            changes.Add(operation);
            return (operation, after);
        });
        var (begun, after) = committed.Result;
        var operation = await services.Confirmation.OfAsync(committed.Final(begun));
        return new ConfirmPortsResponse
        {
            IsReverted = isRevert,
            IsDetached = after is null,
            PortStates = after is null ? [] : [.. after.Ports.Rules.Select(rule => rule.ToPortState(services.Options.AwsQuirks))],
            Operation = operation.ToWire(),
        };
    }

    /// <summary>What reverting brings back is asked like a Put of it; where it detaches the machine or attaches it elsewhere, that is asked too.</summary>
    private IReadOnlyList<AccessQuestion> Reverting(Call call, AccessQuestion question, Instance instance)
    {
        var before = instance.LetIn;
        if (instance.Undone() is not { } after)
        {
            return [.. PortQuestions.Of(call, question, before, () => new PortsAsked(before, []), services.Limits), question with { Action = DetachInstance.Action }];
        }

        var asked = new PortsAsked(after.Ports, [.. after.Ports.Rules.Select(rule => ("the earlier ports", rule))]).Attaching(after.Attachment);
        var questions = PortQuestions.Of(call, question, before, () => asked, services.Limits);
        return instance.Attachment.IsDetachedBy(after.Attachment) ? [.. questions, question with { Action = DetachInstance.Action }] : questions;
    }

    /// <summary>A new connection to this machine proves that one gets in here. Of another host its agent's word that the change is in force has to do, and what the caller has tried.</summary>
    private void RequireProof(Call call, Instance instance, UnconfirmedChange waiting)
    {
        var (name, host) = (instance.Name, services.Hosts.Of(instance));
        if (host != services.Hosts.Local)
        {
            if (host.InForce < waiting.Revision)
            {
                throw new InvalidInputException(
                    $"the change of {name} is not in force on the host {host.Host} yet, so nobody can have tried it{(host.Away is { } away ? $": {away}" : "")}. Unless it is confirmed later, it is undone at {ConfirmHeader.Text(waiting.Deadline)}");
            }

            return;
        }

        if (call.Connection.Revision < waiting.Revision)
        {
            throw new InvalidInputException(
                $"the connection of this call was made before the change of {name} was in force, so it does not prove that a new one gets in: "
                + $"confirm by a new connection. Unless that comes, the change is undone at {ConfirmHeader.Text(waiting.Deadline)}");
        }
    }
}
