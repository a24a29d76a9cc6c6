using Portlight.AgentProtocol;
using Portlight.Domain;
using Portlight.Wire;

namespace Portlight.Fleet;

/// <summary>The bounded wait between a durable write and its answer: what the kernel says in time is in the answer, the rest GetOperation tells.</summary>
internal sealed class Confirmation(HostRegistry hosts, TimeSpan timeout)
{
    /// <summary>The operation as it is known when the wait ends: <c>Succeeded</c>, or still <c>Started</c>.</summary>
    /// <param name="operation">An operation that awaits a revision.</param>
    /// <exception cref="OperationFailureException">The kernel refused, and what stood before stands; or it is stored and does not meet the instance's packets.</exception>
    public async Task<Operation> OfAsync(Operation operation)
    {
        try
        {
            return await hosts.Of(operation.Host).ConfirmAsync(operation.AwaitsRevision!.Value, timeout) switch
            {
                AgentReport.Rejected refusal => throw Failure(
                    $"{operation.OperationType} was not applied, what {operation.ResourceName} had before stands: {refusal.Reason}", ErrorCodes.KernelRefused),
                AgentReport.Unfiltered problem => throw Failure(
                    $"{operation.OperationType} was stored, and the packets of {operation.ResourceName} are not filtered by it: {problem.Reason}", ErrorCodes.NotFiltered),
                _ => Settled(operation),
            };
        }
        catch (TimeoutException)
        {
            return WithReason(operation);
        }
    }

    /// <summary>What another server's agent has made of it is stored before its revision counts as applied.</summary>
    private Operation Settled(Operation operation) =>
        hosts.Of(operation.Host).Elsewhere is not null && hosts.FindOperation(operation) is { Status: OperationStatus.Failed } failed
            ? throw Failure($"{operation.OperationType} was not applied: {failed.ErrorDetails}", failed.ErrorCode ?? ErrorCodes.KernelRefused)
            : operation with { Status = OperationStatus.Succeeded };

    /// <summary>An operation that waits because its host is away says so.</summary>
    public Operation WithReason(Operation operation) =>
        operation is { Status: OperationStatus.Started, AwaitsRevision: not null, ErrorDetails: null } && hosts.Find(operation.Host)?.Away is { } away ? operation with { ErrorDetails = away } : operation;

    private static OperationFailureException Failure(string message, string code) => new(message) { Code = code };
}
