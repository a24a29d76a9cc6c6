using System.Net;
using System.Text.Json.Serialization.Metadata;
using System.Xml.Linq;
using Portlight.Wire.Client;
using Portlight.Wire.Lightsail;
using Portlight.Wire.PortlightApi;
using Portlight.Wire.SigV4;

namespace Portlight.Console.Api;

/// <summary>
/// Calls the API with one person's credentials, in one region. Every failure is an <see cref="ApiException"/>, but for a call that its own caller has cancelled.
/// </summary>
/// <param name="endpoint">The server.</param>
/// <param name="credentials">The person's session.</param>
/// <param name="region">The region of every call.</param>
/// <param name="address">The person's address, which the server sees where it trusts this console as a proxy.</param>
internal sealed class ApiCaller(ApiEndpoint endpoint, AwsCredentials credentials, string region, string? address)
{
    private static readonly string[] Ended = ["ExpiredTokenException", "UnrecognizedClientException", "InvalidSignatureException", "ExpiredToken", "InvalidClientTokenId", "SignatureDoesNotMatch", "UnauthenticatedException"];
    private static readonly string[] Denials = ["AccessDeniedException", "AccessDenied"];

    /// <summary>How the server begins to say that it does not serve a region, under a name that it shares with signatures that are wrong. To follow an address signs nobody out.</summary>
    private const string NoRegion = "Credential should be scoped to a valid region";

    /// <summary>What was throttled has not been done, and is asked again, as AWS's SDKs do it.</summary>
    private static readonly TimeSpan[] Pauses = [TimeSpan.FromMilliseconds(250), TimeSpan.FromMilliseconds(750), TimeSpan.FromSeconds(2)];

    public string Region => region;

    /// <summary>Calls an operation of Portlight's own API.</summary>
    public Task<TResponse> CallAsync<TRequest, TResponse>(
        string operation, TRequest request, JsonTypeInfo<TRequest> requestShape, JsonTypeInfo<TResponse> responseShape, CancellationToken cancellation)
        where TResponse : class =>
        TryAsync(() => Client(endpoint.Http).SendAsync($"{PortlightOperations.TargetPrefix}.{operation}", request, requestShape, responseShape, cancellation), cancellation);

    /// <summary>Replaces the ports of an instance, if it has the entity tag still; with <paramref name="confirmWithin"/> the change is reverted unless it is confirmed.</summary>
    public Task<PutInstancePublicPortsResponse> PutAsync(PutInstancePublicPortsRequest request, string entityTag, TimeSpan? confirmWithin, CancellationToken cancellation) =>
        TryAsync(
            () => new AwsClient(endpoint.Http, endpoint.Address, region, credentials, endpoint.Clock) { ForwardedFor = address, IfMatch = entityTag, ConfirmWithin = confirmWithin }.SendAsync(
                "Lightsail_20161128.PutInstancePublicPorts", request, LightsailJson.Default.PutInstancePublicPortsRequest, LightsailJson.Default.PutInstancePublicPortsResponse, cancellation),
            cancellation);

    /// <summary>The same with a reason that is kept, which Put has no place for.</summary>
    public Task<ApplyPortsResponse> ApplyAsync(ApplyPortsRequest request, string entityTag, TimeSpan? confirmWithin, CancellationToken cancellation) =>
        TryAsync(
            () => new AwsClient(endpoint.Http, endpoint.Address, region, credentials, endpoint.Clock) { ForwardedFor = address, IfMatch = entityTag, ConfirmWithin = confirmWithin }.SendAsync(
                $"{PortlightOperations.TargetPrefix}.ApplyPorts", request, PortlightJson.Default.ApplyPortsRequest, PortlightJson.Default.ApplyPortsResponse, cancellation),
            cancellation);

    /// <summary>Confirms or reverts the change that waits for it, by a connection that is new.</summary>
    public Task<ConfirmPortsResponse> ConfirmAsync(ConfirmPortsRequest request, CancellationToken cancellation) =>
        TryAsync(
            () => Client(endpoint.NewConnections).SendAsync(
                $"{PortlightOperations.TargetPrefix}.ConfirmPorts", request, PortlightJson.Default.ConfirmPortsRequest, PortlightJson.Default.ConfirmPortsResponse, cancellation),
            cancellation);

    /// <summary>Attaches a machine; with <paramref name="confirmWithin"/> that is reverted unless it is confirmed.</summary>
    public Task<AttachInstanceResponse> AttachAsync(AttachInstanceRequest request, TimeSpan? confirmWithin, CancellationToken cancellation) =>
        TryAsync(
            () => new AwsClient(endpoint.Http, endpoint.Address, region, credentials, endpoint.Clock) { ForwardedFor = address, ConfirmWithin = confirmWithin }.SendAsync(
                $"{PortlightOperations.TargetPrefix}.AttachInstance", request, PortlightJson.Default.AttachInstanceRequest, PortlightJson.Default.AttachInstanceResponse, cancellation),
            cancellation);

    /// <summary>Calls an action of STS.</summary>
    public Task<XElement> StsAsync(string action, CancellationToken cancellation) =>
        TryAsync(
            () => new QueryClient(endpoint.Http, endpoint.Address, "sts", region, credentials, endpoint.Clock) { ForwardedFor = address }.SendAsync(action, QueryClient.StsVersion, [], cancellation),
            cancellation);

    /// <summary>Calls an action of IAM, which is the same in every region.</summary>
    public Task<XElement> IamAsync(string action, CancellationToken cancellation, params IEnumerable<(string Name, string Value)> parameters) =>
        TryAsync(
            () => new QueryClient(endpoint.Http, endpoint.Address, "iam", region, credentials, endpoint.Clock) { ForwardedFor = address }.SendAsync(
                action, QueryClient.IamVersion, parameters.Select(parameter => KeyValuePair.Create(parameter.Name, parameter.Value)), cancellation),
            cancellation);

    /// <summary>Calls an operation of Lightsail.</summary>
    public Task<TResponse> LightsailAsync<TRequest, TResponse>(
        string operation, TRequest request, JsonTypeInfo<TRequest> requestShape, JsonTypeInfo<TResponse> responseShape, CancellationToken cancellation)
        where TResponse : class =>
        TryAsync(() => Client(endpoint.Http).SendAsync($"{LightsailOperations.TargetPrefix}.{operation}", request, requestShape, responseShape, cancellation), cancellation);

    private AwsClient Client(HttpClient http) => new(http, endpoint.Address, region, credentials, endpoint.Clock) { ForwardedFor = address };

    private async Task<TResponse> TryAsync<TResponse>(Func<Task<TResponse>> call, CancellationToken cancellation)
    {
        try
        {
            return await RepeatAsync(call, cancellation);
        }
        catch (AwsErrorException error)
        {
            var kind = error.Message.StartsWith(NoRegion, StringComparison.Ordinal) ? ApiFault.Refused
                : Ended.Contains(error.Type) ? ApiFault.SignedOut
                : Denials.Contains(error.Type) ? ApiFault.Denied
                : error.Status == HttpStatusCode.PreconditionFailed ? ApiFault.Changed
                : (int)error.Status >= 500 || IsThrottled(error) ? ApiFault.Unreachable
                : ApiFault.Refused;
            throw new ApiException(kind, error.Message);
        }
        catch (HttpRequestException)
        {
            throw new ApiException(ApiFault.Unreachable, $"the server at {endpoint.Address.GetLeftPart(UriPartial.Authority)} was not reached");
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new ApiException(ApiFault.Unreachable, $"the server at {endpoint.Address.GetLeftPart(UriPartial.Authority)} did not answer in time");
        }
    }

    private async Task<TResponse> RepeatAsync<TResponse>(Func<Task<TResponse>> call, CancellationToken cancellation)
    {
        foreach (var pause in Pauses)
        {
            try
            {
                return await call();
            }
            catch (AwsErrorException throttled) when (IsThrottled(throttled))
            {
                await Task.Delay(pause, endpoint.Clock, cancellation);
            }
        }

        return await call();
    }

    private static bool IsThrottled(AwsErrorException error) => error.Type is "ThrottlingException" or "Throttling";
}
