using Portlight.Api;
using Portlight.Fleet;
using Portlight.Storage;
using Portlight.Wire.Lightsail;

namespace Portlight.Lightsail;

/// <summary>Every operation of the region, newest first, as the service's answers show them (its documentation says oldest first).</summary>
internal sealed class GetOperations(IStore store, Confirmation confirmation) : IOperation<GetOperationsRequest, GetOperationsResponse>
{
    /// <summary>The API reference's "maximum of 200".</summary>
    public const int PageSize = 200;

    public Task<GetOperationsResponse> HandleAsync(Call call, GetOperationsRequest request)
    {
        var page = store.View.ListOperations(call.Scope, resourceName: null, Paging.ReadPosition(call, request.PageToken, OperationPage.IsToken), PageSize);
        return Task.FromResult(new GetOperationsResponse
        {
            Operations = [.. page.Operations.Select(operation => confirmation.WithReason(operation).ToWire())],
            NextPageToken = page.Next is null ? null : PageToken.Of(call, page.Next),
        });
    }
}
