using Portlight.Api;
using Portlight.Domain;
using WireOperation = Portlight.Wire.Lightsail.Operation;

namespace Portlight.Lightsail;

/// <summary>Operation records: how they are begun and how they look on the wire (facts of the samples: docs/conformance.md).</summary>
internal static class OperationShapes
{
    /// <summary>The zone of what is in no zone.</summary>
    public const string NoZone = "all";

    /// <summary>An operation on an instance that the kernel still has to confirm.</summary>
    public static Operation Begin(Call call, Instance instance, string type, string? details) => Begin(call.Now, instance, type, details);

    /// <summary>One that no call has begun.</summary>
    public static Operation Begin(DateTimeOffset now, Instance instance, string type, string? details) => new()
    {
        Id = Ids.InOrderOf(now), // in order of time, so that the store appends to its index
        Scope = instance.Scope,
        ResourceName = instance.Name,
        ResourceType = ResourceType.Instance,
        AvailabilityZone = instance.AvailabilityZone,
        OperationType = type,
        OperationDetails = details,
        CreatedAt = now,
        Status = OperationStatus.Started,
        StatusChangedAt = now,
        AwaitsRevision = instance.Revision,
        Host = instance.Attachment.Host,
    };

    /// <summary>An operation that was done when its record was written.</summary>
    public static Operation Done(Call call, ResourceType resourceType, string resourceName, string zone, string type, string? details = null) => new()
    {
        Id = Ids.InOrderOf(call.Now), // in order of time, so that the store appends to its index
        Scope = call.Scope,
        ResourceName = resourceName,
        ResourceType = resourceType,
        AvailabilityZone = zone,
        OperationType = type,
        OperationDetails = details,
        CreatedAt = call.Now,
        Status = OperationStatus.Succeeded,
        StatusChangedAt = call.Now,
    };

    public static WireOperation ToWire(this Operation operation) => new()
    {
        Id = operation.Id.ToString(),
        ResourceName = operation.ResourceName,
        ResourceType = operation.ResourceType.ToString(),
        CreatedAt = operation.CreatedAt,
        Location = new() { AvailabilityZone = operation.AvailabilityZone, RegionName = operation.Scope.Region },
        IsTerminal = operation.IsTerminal,
        OperationDetails = operation.OperationDetails,
        OperationType = operation.OperationType,
        Status = operation.Status.ToString(),
        StatusChangedAt = operation.StatusChangedAt,
        ErrorCode = operation.ErrorCode,
        ErrorDetails = operation.ErrorDetails,
    };
}
