using Portlight.Api;
using Portlight.Domain;
using Portlight.Fleet;
using Portlight.Storage;
using Portlight.Wire;
using Portlight.Wire.Lightsail;

namespace Portlight.Lightsail;

/// <summary>What became of one operation.</summary>
internal sealed class GetOperation(IStore store, Confirmation confirmation) : IOperation<GetOperationRequest, GetOperationResponse>
{
    public Task<GetOperationResponse> HandleAsync(Call call, GetOperationRequest request)
    {
        if (string.IsNullOrWhiteSpace(request.OperationId))
        {
            throw Requests.Invalid([new Problem("operationId", "is missing")]);
        }

        var operation = Guid.TryParseExact(request.OperationId, "D", out var id) ? store.View.FindOperation(call.Scope, id) : null;
        return operation is null
            ? throw new NotFoundException($"The Operation does not exist: {UserText.Excerpt(request.OperationId)}")
            : Task.FromResult(new GetOperationResponse { Operation = confirmation.WithReason(operation).ToWire() });
    }
}
