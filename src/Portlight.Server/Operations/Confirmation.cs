using Portlight.Domain;
using Portlight.Server.Reconciliation;
using Portlight.Wire;

namespace Portlight.Server.Operations;

/// <summary>The bounded wait between a durable write and its answer: what the kernel says in time is in the answer, the rest GetOperation tells.</summary>
internal sealed class Confirmation(Reconciler reconciler, TimeSpan timeout)
{
    /// <summary>The operation as it is known when the wait ends: <c>Succeeded</c>, or still <c>Started</c>.</summary>
    /// <param name="operation">An operation that awaits a revision.</param>
    /// <exception cref="OperationFailureException">The kernel refused; what stood before stands.</exception>
    public async Task<Operation> OfAsync(Operation operation)
    {
        try
        {
            if (await reconciler.ConfirmAsync(operation.AwaitsRevision!.Value, timeout) is { } refusal)
            {
                throw new OperationFailureException($"{operation.OperationType} was not applied, what {operation.ResourceName} had before stands: {refusal.Reason}") { Code = ErrorCodes.KernelRefused };
            }

            return operation with { Status = OperationStatus.Succeeded };
        }
        catch (TimeoutException)
        {
            return operation;
        }
    }
}
