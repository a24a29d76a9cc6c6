using Portlight.Api;
using Portlight.Wire;
using Portlight.Wire.PortlightApi;
using Attachment = Portlight.Domain.Attachment;

namespace Portlight.Lightsail;

/// <summary>Takes an attached machine from behind its port set and forgets it: afterwards none of its packets is filtered.</summary>
internal sealed class DetachInstance(Services services) : IOperation<DetachInstanceRequest, DetachInstanceResponse>
{
    /// <summary>Asked wherever a machine comes out from behind its port set.</summary>
    public const string Action = "portlight:DetachInstance";

    public async Task<DetachInstanceResponse> HandleAsync(Call call, DetachInstanceRequest request)
    {
        var name = Requests.RequireName(call, request.InstanceName, "instanceName");
        var access = new ResourceAccess<Domain.Instance>(call, ResourceKinds.Instance, name);
        var committed = await services.Store.WriteAsync(call, (view, changes) =>
        {
            var instance = access.Require(view);
            if (instance.Attachment is Attachment.Lab or Attachment.Recorded)
            {
                throw new InvalidInputException($"{name} was created, not attached; DeleteInstance removes it");
            }

            var operation = OperationShapes.Begin(call, instance, call.Operation, details: null) with { AwaitsRevision = changes.Remove(instance) };
            changes.Add(operation);
            return (instance, operation);
        });
        var (detached, begun) = committed.Result;
        var operation = await services.Confirmation.OfAsync(committed.Final(begun));
        return new DetachInstanceResponse
        {
            Attachment = detached.Attachment.ToWire(),
            PortStatesBefore = detached.Ports.ToPortStates(services.Options.AwsQuirks),
            Operation = operation.ToWire(),
        };
    }
}
