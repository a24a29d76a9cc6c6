namespace Portlight.Api;

/// <summary>
/// One operation of the API: validates everything, decides, answers. Adding one takes this file's implementation, its line in
/// the table of operations and its tests.
/// </summary>
internal interface IOperation<in TRequest, TResponse>
{
    Task<TResponse> HandleAsync(Call call, TRequest request);
}
