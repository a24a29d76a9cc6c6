using Portlight.Api;
using Portlight.Fleet;
using Portlight.Storage;
using Portlight.Wire;
using Portlight.Wire.Lightsail;

namespace Portlight.Lightsail;

/// <summary>The operations of one resource, newest first; a deleted one's are still told. <c>nextPageCount</c> is discontinued and never there.</summary>
internal sealed class GetOperationsForResource(IStore store, Confirmation confirmation) : IOperation<GetOperationsForResourceRequest, GetOperationsForResourceResponse>
{
    public Task<GetOperationsForResourceResponse> HandleAsync(Call call, GetOperationsForResourceRequest request)
    {
        var name = Requests.RequireName(call, request.ResourceName, "resourceName");
        var position = Paging.ReadPosition(call, request.PageToken, OperationPage.IsToken);
        var page = store.View.ListOperations(call.Scope, name, position, GetOperations.PageSize);
        if (page.Operations.Count == 0 && position is null && !store.View.IsNameTaken(call.Scope, name))
        {
            throw new NotFoundException($"The resource does not exist: {name}");
        }

        return Task.FromResult(new GetOperationsForResourceResponse
        {
            Operations = [.. page.Operations.Select(operation => confirmation.WithReason(operation).ToWire())],
            NextPageToken = page.Next is null ? null : PageToken.Of(call, page.Next),
        });
    }
}
