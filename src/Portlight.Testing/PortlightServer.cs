using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Portlight.Api;
using Portlight.Lightsail;
using Portlight.Server;
using Portlight.Wire.Client;
using Portlight.Wire.SigV4;

namespace Portlight.Testing;

/// <summary>
/// A Portlight server inside the test's own process: Lightsail, IAM, STS and CloudTrail's LookupEvents over HTTP on a free port of 127.0.0.1, with every signature and policy checked.
/// Ports are recorded and no packet is filtered. Servers share nothing but a default key pair; a test may have as many as it likes. What one stores goes when it is disposed of.
/// </summary>
public sealed class PortlightServer : IAsyncDisposable
{
    /// <summary>Of every account in every region of every server of this process: making one takes longer than the rest of a start. CreateKeyPair makes new ones.</summary>
    private static readonly Lazy<SshKeyPair> DefaultKeyPair = new(SshKeyPair.Generate);

    private readonly Server.PortlightServer _server;
    private readonly string _directory;
    private readonly AwsCredentials _credentials;
    private bool _isDisposed;

    private PortlightServer(Server.PortlightServer server, string directory, AwsCredentials credentials, TestClock clock, Faults faults)
    {
        _server = server;
        _directory = directory;
        _credentials = credentials;
        Clock = clock;
        Faults = faults;
    }

    /// <summary>Where it answers, as <c>http://127.0.0.1:41234/</c>: the endpoint URL of an SDK, the same for every service.</summary>
    public Uri Endpoint => _server.Addresses[0];

    /// <summary>The region to sign for.</summary>
    public string Region => _server.Home.Region;

    /// <summary>The account, 12 digits.</summary>
    public string AccountId => _server.Home.AccountId;

    /// <summary>The id of the account's root key, which may everything. Users and roles with less are made through IAM.</summary>
    public string AccessKeyId => _credentials.AccessKeyId;

    /// <summary>The secret of <see cref="AccessKeyId"/>.</summary>
    public string SecretAccessKey => _credentials.SecretAccessKey;

    /// <summary>The server's time, which the test moves.</summary>
    public TestClock Clock { get; }

    /// <summary>What the test wants to go wrong.</summary>
    public Faults Faults { get; }

    /// <summary>Names of the operations of AWS that it answers; Portlight's own are left out.</summary>
    internal IEnumerable<string> Operations => _server.Operations.Where(entry => entry.Service != ApiService.Portlight).Select(entry => entry.Name);

    /// <summary>
    /// Endpoint, region and key as the environment variables that the AWS CLI (2.13 and newer) and the SDKs read: for a program that the test starts. Profiles and settings files of
    /// the person who runs the test are left out of it.
    /// </summary>
    public IReadOnlyDictionary<string, string> AwsEnvironment => new Dictionary<string, string>
    {
        ["AWS_ENDPOINT_URL"] = Endpoint.GetLeftPart(UriPartial.Authority),
        ["AWS_REGION"] = Region,
        ["AWS_DEFAULT_REGION"] = Region,
        ["AWS_ACCESS_KEY_ID"] = AccessKeyId,
        ["AWS_SECRET_ACCESS_KEY"] = SecretAccessKey,
        ["AWS_CONFIG_FILE"] = "/dev/null",
        ["AWS_SHARED_CREDENTIALS_FILE"] = "/dev/null",
        ["AWS_EC2_METADATA_DISABLED"] = "true",
    };

    /// <summary>Starts a server; it answers when this returns.</summary>
    /// <param name="options">Null for the defaults.</param>
    /// <param name="cancellationToken">Ends a start that is under way.</param>
    /// <exception cref="ArgumentException">The options name no region of Lightsail, or no account number.</exception>
    /// <exception cref="IOException">The folder for temporary files, or a port, cannot be had.</exception>
    public static async Task<PortlightServer> StartAsync(PortlightServerOptions? options = null, CancellationToken cancellationToken = default)
    {
        options ??= new PortlightServerOptions();
        options.Check();
        var clock = options.Clock ?? new TestClock();
        var faults = new Faults();
        var directory = Directory.CreateTempSubdirectory("portlight-testing-").FullName;
        Server.PortlightServer? server = null;
        try
        {
            server = await Server.PortlightServer.StartAsync(
                options.ToServe(directory),
                (_, _) => new RecordedKernel(clock, faults),
                clock,
                logging => logging.SetMinimumLevel(LogLevel.None),
                new Embedding
                {
                    Operation = entry => new FaultyEntry(entry, faults),
                    DefaultKeyPair = () => DefaultKeyPair.Value,
                    Services = services => services.AddSingleton<IHostLifetime, TestLifetime>(),
                    // SDKs set their own clock by this header when a signature is refused for its time, and so follow a clock that was moved.
                    Http = app => app.Use((http, next) =>
                    {
                        http.Response.Headers.Date = clock.GetUtcNow().ToString("R");
                        return next(http);
                    }),
                },
                cancellationToken);
            faults.NamesAre(index => server.Store.View.AllInstances().FirstOrDefault(instance => instance.Index == index)?.Name);
            return SharedCredentialsFile.TryRead(Path.Combine(directory, DataFiles.Credentials), SharedCredentialsFile.DefaultProfile, out var credentials, out var problem)
                ? new PortlightServer(server, directory, credentials, clock, faults)
                : throw new InvalidOperationException(problem);
        }
        catch
        {
            if (server is not null)
            {
                await server.DisposeAsync();
            }

            Directory.Delete(directory, recursive: true);
            throw;
        }
    }

    /// <summary>Stops answering and deletes what was stored. A confirmation that is held back is given up.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_isDisposed)
        {
            return;
        }

        _isDisposed = true;
        await _server.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }

    /// <summary>The process is the test's: its signals are its own business.</summary>
    private sealed class TestLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
