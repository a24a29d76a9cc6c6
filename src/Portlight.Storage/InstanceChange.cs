using Portlight.Domain;

namespace Portlight.Storage;

/// <summary>One row of the revision log: an instance as it was saved, or was last before it was removed.</summary>
public sealed record InstanceChange(long Revision, Instance Instance, bool IsRemoval);
