using Portlight.Domain;

namespace Portlight.Storage;

/// <summary>An operation record that a write saves.</summary>
/// <param name="Operation">The record.</param>
/// <param name="IsNew">Its id was made for it, so none is looked for that it would replace: that would be half of what the record costs the writer.</param>
public readonly record struct OperationChange(Operation Operation, bool IsNew);
