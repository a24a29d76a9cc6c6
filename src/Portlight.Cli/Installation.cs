using System.Text.Json.Serialization.Metadata;
using Portlight.Server;
using Portlight.Wire.Client;
using Portlight.Wire.CloudTrail;
using Portlight.Wire.PortlightApi;
using Portlight.Wire.SigV4;

namespace Portlight.Cli;

/// <summary>
/// An installation as its operator reaches it: by what its server left in the data directory (credentials, endpoint), through its API. There is no other way in.
/// </summary>
internal sealed class Installation : IDisposable
{
    private readonly HttpClient _http = new() { Timeout = TimeSpan.FromSeconds(90) };
    private readonly AwsClient _client;
    private readonly AwsClient _trail;

    private Installation(string directory, Uri endpoint, AwsCredentials credentials)
    {
        Directory = directory;
        Endpoint = endpoint;
        Credentials = credentials;
        _client = new AwsClient(_http, endpoint, RegionOf(directory), credentials, TimeProvider.System);
        _trail = new AwsClient(_http, endpoint, RegionOf(directory), credentials, TimeProvider.System, "cloudtrail");
    }

    public string Directory { get; }

    public Uri Endpoint { get; }

    public AwsCredentials Credentials { get; }

    public string Region => RegionOf(Directory);

    /// <summary>Finds the installation of a data directory. Does not call it.</summary>
    /// <exception cref="FailedException">No server has run on this directory, or its files are not this user's to read.</exception>
    public static Installation Open(string directory)
    {
        if (EndpointFile.Read(directory) is not { } endpoint)
        {
            throw new FailedException($"no server has run on the data directory {directory}: start `portlight serve`, or name another directory with --data");
        }

        return SharedCredentialsFile.TryRead(Path.Combine(directory, "credentials"), SharedCredentialsFile.DefaultProfile, out var credentials, out var problem)
            ? new Installation(directory, endpoint, credentials)
            : throw new FailedException(problem);
    }

    /// <summary>Calls an operation of Portlight's own API.</summary>
    public Task<TResponse> CallAsync<TRequest, TResponse>(
        string operation,
        TRequest request,
        JsonTypeInfo<TRequest> requestShape,
        JsonTypeInfo<TResponse> responseShape,
        CancellationToken cancellation)
        where TResponse : class =>
        CallAsync(operation, request, requestShape, responseShape, confirmWithin: null, cancellation);

    /// <summary>Calls an operation of Portlight's own API whose change is undone unless it is confirmed in time.</summary>
    public Task<TResponse> CallAsync<TRequest, TResponse>(
        string operation,
        TRequest request,
        JsonTypeInfo<TRequest> requestShape,
        JsonTypeInfo<TResponse> responseShape,
        TimeSpan? confirmWithin,
        CancellationToken cancellation)
        where TResponse : class =>
        (confirmWithin is null ? _client : new AwsClient(_http, Endpoint, Region, Credentials, TimeProvider.System) { ConfirmWithin = confirmWithin }).SendAsync($"{PortlightOperations.TargetPrefix}.{operation}", request, requestShape, responseShape, cancellation);

    /// <summary>Reads the audit log by the API of CloudTrail.</summary>
    public Task<LookupEventsResponse> LookupEventsAsync(LookupEventsRequest request, CancellationToken cancellation) => _trail.SendAsync(
        "com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.LookupEvents",
        request,
        CloudTrailJson.Default.LookupEventsRequest,
        CloudTrailJson.Default.LookupEventsResponse,
        cancellation);

    public void Dispose() => _http.Dispose();

    private static string RegionOf(string directory) => EndpointFile.ReadRegion(directory) ?? new ServeOptions { DataDirectory = directory }.Region;
}
