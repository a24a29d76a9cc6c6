using System.Text;
using System.Text.Json.Serialization.Metadata;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using Portlight.Api;
using Portlight.Domain;
using Portlight.Lightsail;
using Portlight.TestKit;
using Portlight.TestKit.Network;
using Portlight.Wire;
using Portlight.Wire.Client;
using Portlight.Wire.SigV4;

namespace Portlight.Server.Tests;

/// <summary>A real server on a free loopback port with a data directory of its own, a clock that the test moves and a kernel that the test plays.</summary>
internal sealed class ServerHarness : IAsyncDisposable
{
    /// <summary>Default key pairs: making one for each server was two thirds of the processor time of these tests. Two that are made one after the other are different.</summary>
    private static readonly Lazy<SshKeyPair>[] KeyPairs = [.. Enumerable.Range(0, 4).Select(_ => new Lazy<SshKeyPair>(SshKeyPair.Generate))];

    private static int _keyPairs;

    private readonly string _directory = Directory.CreateTempSubdirectory("portlight-server-").FullName;
    private ServeOptions _options = null!;

    /// <summary>The data directory.</summary>
    public string DataDirectory => _directory;

    public PortlightServer Server { get; private set; } = null!;

    public ScriptedAgent Agent { get; } = new();

    /// <summary>The server's clock, which the test moves; of a server that runs in real time, the moment of its start, which requests are signed for.</summary>
    public required FakeTimeProvider Clock { get; init; }

    private TimeProvider Time { get; init; } = null!;

    private OpenStore? OpenStore { get; init; }

    public HttpClient Http { get; } = new();

    /// <summary>What the server writes to its own log.</summary>
    public LoggedLines Log { get; } = new();

    public Uri Endpoint => Server.Addresses[0];

    public AwsCredentials Credentials { get; private set; } = null!;

    /// <summary>Seals what the server can open.</summary>
    public Storage.SecretBox Secrets => Storage.KeyFile.OpenOrCreate(Path.Combine(_directory, "secret.key"));

    /// <summary>The scope of the first account and region.</summary>
    public Scope Scope { get; private set; }

    public static Task<ServerHarness> StartAsync(Func<ServeOptions, ServeOptions>? configure = null)
    {
        var clock = new FakeTimeProvider(new DateTimeOffset(2026, 11, 22, 12, 0, 0, TimeSpan.Zero));
        return StartAsync(new ServerHarness { Clock = clock, Time = clock }, configure);
    }

    /// <summary>For what is measured: nobody moves the clock.</summary>
    public static Task<ServerHarness> StartInRealTimeAsync(Func<ServeOptions, ServeOptions>? configure = null) =>
        StartAsync(new ServerHarness { Clock = new FakeTimeProvider(TimeProvider.System.GetUtcNow()), Time = TimeProvider.System }, configure);

    /// <summary>One of several on one PostgreSQL, in real time.</summary>
    /// <param name="connectionText">The database.</param>
    /// <param name="first">The server that was there first; null for this one.</param>
    public static Task<ServerHarness> StartSharedAsync(string connectionText, ServerHarness? first)
    {
        var harness = new ServerHarness
        {
            Clock = new FakeTimeProvider(TimeProvider.System.GetUtcNow()),
            Time = TimeProvider.System,
            OpenStore = (options, time) => Storage.Postgres.PostgresStore.Open(connectionText, Path.Combine(options.DataDirectory, "mirror.db"), time),
        };
        foreach (var file in first is null ? [] : (string[])["secret.key", "installation", "credentials"])
        {
            File.Copy(Path.Combine(first!.DataDirectory, file), Path.Combine(harness.DataDirectory, file));
        }

        return StartAsync(harness, null);
    }

    private static async Task<ServerHarness> StartAsync(ServerHarness harness, Func<ServeOptions, ServeOptions>? configure)
    {
        var options = new ServeOptions
        {
            DataDirectory = harness._directory,
            Listen = [new Uri("http://127.0.0.1:0")],
            Account = "111122223333",
            // The clock stands still unless a test moves it, so a delayed refusal would never be answered.
            RefusalDelay = TimeSpan.Zero,
        };
        if (harness.Time == TimeProvider.System)
        {
            // What is confirmed is what a test states, not how soon the processors, which others use too, got to it.
            options = options with { ConfirmTimeout = Deadline.Span };
        }

        harness._options = configure is null ? options : configure(options);
        await harness.StartServerAsync();
        return harness;
    }

    /// <summary>Stops the server and starts it again on the same data.</summary>
    public async Task RestartAsync(Action? whileDown = null)
    {
        await Server.DisposeAsync();
        whileDown?.Invoke();
        await StartServerAsync();
    }

    public AwsClient Client(AwsCredentials? credentials = null, string region = "us-east-1") => new(Http, Endpoint, region, credentials ?? Credentials, Clock);

    /// <summary>Calls an operation of Lightsail with the root key.</summary>
    public Task<TResponse> CallAsync<TRequest, TResponse>(string operation, TRequest request, JsonTypeInfo<TRequest> requestShape, JsonTypeInfo<TResponse> responseShape)
        where TResponse : class
        => Client().SendAsync("Lightsail_20161128." + operation, request, requestShape, responseShape, TestContext.Current.CancellationToken);

    /// <summary>A signed request with a body as it stands; the test may spoil it before it is sent.</summary>
    public HttpRequestMessage Request(
        string target, byte[] body, AwsCredentials? credentials = null, string? region = null, string service = "lightsail", DateTimeOffset? at = null, string? confirm = null, string? ifMatch = null)
    {
        var message = new HttpRequestMessage(HttpMethod.Post, Endpoint) { Content = new ByteArrayContent(body) };
        message.Content.Headers.ContentType = new("application/x-amz-json-1.1");
        message.Headers.TryAddWithoutValidation("X-Amz-Target", target);
        if (confirm is not null)
        {
            message.Headers.TryAddWithoutValidation("X-Portlight-Confirm", confirm);
        }

        if (ifMatch is not null)
        {
            message.Headers.TryAddWithoutValidation("If-Match", ifMatch);
        }

        RequestSigning.Sign(message, body, credentials ?? Credentials, region ?? Scope.Region, at ?? Clock.GetUtcNow(), service);
        return message;
    }

    /// <summary>Posts a body as it stands to an operation of Lightsail, signed by the root key.</summary>
    public async Task<HttpResponseMessage> PostAsync(string operation, string body, string? ifMatch = null)
    {
        using var message = Request("Lightsail_20161128." + operation, Encoding.UTF8.GetBytes(body), ifMatch: ifMatch);
        return await Http.SendAsync(message, TestContext.Current.CancellationToken);
    }

    /// <summary>Sends a request that must be refused and reads the error as an SDK does.</summary>
    public async Task<(int Status, AwsErrorBody Error)> SendRefusedAsync(HttpRequestMessage request)
    {
        using (request)
        {
            using var response = await Http.SendAsync(request, TestContext.Current.CancellationToken);
            Assert.False(response.IsSuccessStatusCode);
            Assert.Single(response.Headers.GetValues("x-amzn-RequestId"));
            var body = await response.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken);
            return ((int)response.StatusCode, AwsErrorBody.Read(body, null));
        }
    }

    /// <summary>Stores a running instance as CreateInstances leaves it, without asking for it through the API.</summary>
    public async Task<Instance> AddInstanceAsync(string name, PortSet? ports = null)
    {
        var saved = await Server.Store.SaveAsync((_, changes) => changes.Save(new Instance
        {
            Scope = Scope,
            Name = name,
            Id = Guid.NewGuid(),
            Index = changes.NewIndex(),
            CreatedAt = Clock.GetUtcNow(),
            AvailabilityZone = Scope.Region + "a",
            BlueprintId = "ubuntu_22_04",
            BundleId = "nano_3_0",
            Attachment = new Attachment.Lab(),
            Ports = ports ?? PortSet.Empty,
            State = InstanceState.Running,
            KeyPairName = KeyPair.DefaultName,
        }), TestContext.Current.CancellationToken);
        return saved;
    }

    /// <summary>Moves the clock by a step, again and again, until something is done that waits by it: what a request takes until it waits is not known.</summary>
    public Task AdvanceUntilAsync(TimeSpan step, Func<bool> condition, string awaited) => Until.TrueAsync(
        () =>
        {
            if (condition())
            {
                return true;
            }

            Clock.Advance(step);
            return false;
        },
        awaited);

    /// <summary>The one refusal of a call that must be refused.</summary>
    public static async Task<AwsErrorException> RefusalAsync(Func<Task> call) => await Assert.ThrowsAsync<AwsErrorException>(call);

    public async ValueTask DisposeAsync()
    {
        await Server.DisposeAsync();
        Http.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    private static SshKeyPair NextKeyPair() => KeyPairs[(uint)Interlocked.Increment(ref _keyPairs) % KeyPairs.Length].Value;

    private async Task StartServerAsync()
    {
        Server = OpenStore is { } openStore
            ? await PortlightServer.StartAsync(_options, (_, _) => Agent, openStore, Time, logging => logging.AddProvider(Log), TestContext.Current.CancellationToken)
            : await PortlightServer.StartAsync(_options, (_, _) => Agent, Time, logging => logging.AddProvider(Log), new Embedding { DefaultKeyPair = NextKeyPair }, TestContext.Current.CancellationToken);
        Assert.True(SharedCredentialsFile.TryRead(Path.Combine(_directory, "credentials"), "default", out var credentials, out var problem), problem);
        Credentials = credentials;
        Scope = new Scope("111122223333", _options.Region);
    }
}
