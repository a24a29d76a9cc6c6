using System.Text.Json.Serialization.Metadata;
using Portlight.Api;
using Portlight.Server;
using Portlight.Wire.Client;
using Portlight.Wire.CloudTrail;
using Portlight.Wire.Lightsail;
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

    private Installation(string directory, Uri endpoint, AwsCredentials credentials, string region)
    {
        Directory = directory;
        Endpoint = endpoint;
        Credentials = credentials;
        Region = region;
        _client = new AwsClient(_http, endpoint, region, credentials, TimeProvider.System);
        _trail = new AwsClient(_http, endpoint, region, credentials, TimeProvider.System, "cloudtrail");
    }

    public string Directory { get; }

    public Uri Endpoint { get; }

    public AwsCredentials Credentials { get; }

    /// <summary>The region of every call: the one that was asked for, else the installation's own.</summary>
    public string Region { get; }

    /// <summary>The account of every call, where it is not the one that owns the installation.</summary>
    public string? OtherAccount { get; private init; }

    /// <summary>Finds the installation of a data directory. Does not call it.</summary>
    /// <exception cref="FailedException">No server has run on this directory, or its files are not this user's to read.</exception>
    public static Installation Open(string directory, string? region = null)
    {
        if (IsClosed(directory))
        {
            throw new FailedException($"the data directory {directory} is another user's: run as that user, or as root (sudo)");
        }

        if (EndpointFile.Read(directory) is not { } endpoint)
        {
            throw new FailedException($"no server has run on the data directory {directory}: start `portlight serve`, or name another directory with --data{OfRoot(directory)}");
        }

        var path = Path.Combine(directory, "credentials");
        if (!File.Exists(path))
        {
            throw new FailedException($"the root key is not there: {path} is missing, or its directory is not this user's to read; `portlight credentials reset-root` makes a new key while the server is stopped");
        }

        return SharedCredentialsFile.TryRead(path, SharedCredentialsFile.DefaultProfile, out var credentials, out var problem)
            ? new Installation(directory, endpoint, credentials, region ?? EndpointFile.ReadRegion(directory) ?? ServeOptions.DefaultRegion)
            : throw new FailedException(problem);
    }

    /// <summary>The same installation as another account sees it, by the key that stands under its number in AWS's own credentials file.</summary>
    /// <exception cref="FailedException">There is no such key.</exception>
    public async Task<Installation> AsAccountAsync(string account, CancellationToken cancellation)
    {
        var own = await CallAsync("GetStatus", new GetStatusRequest(), PortlightJson.Default.GetStatusRequest, PortlightJson.Default.GetStatusResponse, cancellation);
        if (own.Server.AccountId == account)
        {
            return this;
        }

        var path = NotEmpty(Environment.GetEnvironmentVariable("AWS_SHARED_CREDENTIALS_FILE"))
            ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".aws", "credentials");
        if (!SharedCredentialsFile.TryRead(path, account, out var credentials, out var problem))
        {
            throw new FailedException($"the key of account {account} is not known here: {problem.TrimEnd('.')}; `portlight account create` has printed it, as lines for that file");
        }

        Dispose();
        return new Installation(Directory, Endpoint, credentials, Region) { OtherAccount = account };
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
        ClientOf(confirmWithin).SendAsync($"{PortlightOperations.TargetPrefix}.{operation}", request, requestShape, responseShape, cancellation);

    /// <summary>Calls an operation of Lightsail's API.</summary>
    public Task<TResponse> LightsailAsync<TRequest, TResponse>(
        string operation,
        TRequest request,
        JsonTypeInfo<TRequest> requestShape,
        JsonTypeInfo<TResponse> responseShape,
        TimeSpan? confirmWithin,
        CancellationToken cancellation)
        where TResponse : class =>
        ClientOf(confirmWithin).SendAsync($"{LightsailOperations.TargetPrefix}.{operation}", request, requestShape, responseShape, cancellation);

    /// <summary>Reads the audit log by the API of CloudTrail.</summary>
    public Task<LookupEventsResponse> LookupEventsAsync(LookupEventsRequest request, CancellationToken cancellation) => _trail.SendAsync(
        "com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.LookupEvents",
        request,
        CloudTrailJson.Default.LookupEventsRequest,
        CloudTrailJson.Default.LookupEventsResponse,
        cancellation);

    public void Dispose() => _http.Dispose();

    /// <summary>Calls whose change is undone unless it is confirmed in time, and is made only if what it is about has that entity tag still; without both where null.</summary>
    public AwsClient ClientOf(TimeSpan? confirmWithin, string? entityTag = null) => confirmWithin is null && entityTag is null
        ? _client
        : new AwsClient(_http, Endpoint, Region, Credentials, TimeProvider.System) { ConfirmWithin = confirmWithin, IfMatch = entityTag };

    /// <summary>Whether the directory is there and this user may not look into it.</summary>
    public static bool IsClosed(string directory)
    {
        try
        {
            _ = System.IO.Directory.Exists(directory) ? System.IO.Directory.GetFileSystemEntries(directory) : [];
            return false;
        }
        catch (UnauthorizedAccessException)
        {
            return true;
        }
    }

    /// <summary>A user other than root works on a directory of their own, and may mean the machine's.</summary>
    private static string OfRoot(string directory)
    {
        var machine = DataDirectory.Default(isRoot: true, _ => null);
        return directory != machine && System.IO.Directory.Exists(machine) ? $" (there is one in {machine}, which root may read: sudo)" : "";
    }

    private static string? NotEmpty(string? text) => string.IsNullOrEmpty(text) ? null : text;
}
