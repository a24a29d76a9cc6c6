namespace Portlight.Server.Operations;

/// <summary>
/// One operation of the API: validates everything, decides, answers. Adding one takes this file's implementation, its line in
/// <see cref="OperationTable"/> and its tests.
/// </summary>
internal interface IOperation<in TRequest, TResponse>
{
    Task<TResponse> HandleAsync(Call call, TRequest request);
}
