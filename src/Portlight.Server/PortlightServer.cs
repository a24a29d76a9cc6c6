using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Portlight.AgentProtocol;
using Portlight.Domain;
using Portlight.Server.Access;
using Portlight.Server.Audit;
using Portlight.Server.Operations;
using Portlight.Server.Reconciliation;
using Portlight.Server.Setup;
using Portlight.Server.Telemetry;
using Portlight.Storage;
using Portlight.Storage.Sqlite;

namespace Portlight.Server;

/// <summary>
/// A running server: store, reconciler, HTTP. Starting it makes the kernel hold what is stored before the first request is taken; stopping it leaves the
/// kernel's rules in place.
/// </summary>
public sealed class PortlightServer : IAsyncDisposable
{
    /// <summary>Names of files in the data directory: the database, and the keys that its secrets are sealed with.</summary>
    public const string DatabaseName = "portlight.db";

    public const string KeyFileName = "secret.key";

    private readonly WebApplication http;
    private readonly IStore store;
    private readonly Reconciler reconciler;
    private readonly SetupWorker setup;
    private readonly Pruner pruner;
    private readonly AuditTrail audit;
    private readonly ServerMetrics metrics;
    private readonly WebApplication? metricsHttp;

    private PortlightServer(WebApplication http, WebApplication? metricsHttp, IStore store, Reconciler reconciler, SetupWorker setup, Pruner pruner, AuditTrail audit, ServerMetrics metrics)
    {
        this.http = http;
        this.metricsHttp = metricsHttp;
        this.store = store;
        this.reconciler = reconciler;
        this.setup = setup;
        this.pruner = pruner;
        this.audit = audit;
        this.metrics = metrics;
    }

    /// <summary>Where it listens, with the real port where 0 was asked for.</summary>
    public IReadOnlyList<Uri> Addresses =>
        [.. http.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Select(address => new Uri(address))];

    internal IStore Store => store;

    internal SetupWorker Setup => setup;

    internal SessionTokens Sessions { get; private init; } = null!;

    internal SecretBox Secrets { get; private init; } = null!;

    internal Reconciler Reconciled => reconciler;

    internal AuditTrail Audit => audit;

    internal IReadOnlyList<OperationEntry> Operations { get; private init; } = [];

    /// <summary>Opens the store, synchronises the kernel, listens.</summary>
    /// <exception cref="StoreException">The database cannot be used.</exception>
    /// <exception cref="AgentException">The kernel cannot be made to hold what is stored; it is as it was.</exception>
    /// <exception cref="IOException">An address cannot be listened on.</exception>
    public static async Task<PortlightServer> StartAsync(ServeOptions options, IAgent agent, TimeProvider clock, Action<ILoggingBuilder> logging, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(options.DataDirectory);
        var app = BuildHttp(options, logging);
        var loggers = app.Services.GetRequiredService<ILoggerFactory>();
        // The store first: who rotates the key file holds its lock, and a key that was read before would seal what nobody can open.
        var store = SqliteStore.Open(Path.Combine(options.DataDirectory, DatabaseName), clock);
        var box = KeyFile.OpenOrCreate(Path.Combine(options.DataDirectory, KeyFileName));
        var setup = new SetupWorker(store, box, clock, loggers.CreateLogger<SetupWorker>());
        var owner = await FirstStart.EnsureAsync(options, store, box, setup, clock);
        var projection = new Projection(options.PortLimits, new Scope(owner.Id, options.Region));
        var reconciler = new Reconciler(store, agent, projection, clock, loggers.CreateLogger<Reconciler>());
        var metrics = new ServerMetrics();
        metrics.Observe(() => store.Revision, () => store.View.AppliedRevision, () => agent.Status.DriftRepairs);

        var principals = new Principals(loggers.CreateLogger<Principals>());
        var services = new Services(options, store, reconciler, projection, agent, setup, box, clock) { Principals = principals };
        var audit = new AuditTrail(options, store, owner.Id, metrics, clock, loggers);
        var operations = new OperationTable(services);
        var pipeline = new Pipeline(
            operations,
            new RequestOrigins(options.TrustedProxies),
            new Authenticator(
                store,
                new AccessKeySecrets(box),
                services.Sessions,
                principals,
                new RefusalBrake(options.RefusalDelay, clock),
                new KeyUses(store, clock, loggers.CreateLogger<KeyUses>()),
                clock),
            new RateLimiter(options.RequestsPerSecond, clock),
            audit.Log,
            metrics,
            clock,
            loggers.CreateLogger<Pipeline>());
        app.Run(context => context.Request.Path == "/healthz" && HttpMethods.IsGet(context.Request.Method) ? Health.AnswerAsync(context, services) : pipeline.InvokeAsync(context));

        await reconciler.StartAsync(cancellationToken);
        setup.Start();
        setup.Nudge();
        var metricsHttp = options.Metrics is null ? null : await MetricsListener.StartAsync(options.Metrics, cancellationToken);
        await app.StartAsync(cancellationToken);
        var pruner = new Pruner(store, options.Retention, options.AuditRetention, clock, loggers.CreateLogger<Pruner>());
        pruner.Start();
        audit.Start();
        var server = new PortlightServer(app, metricsHttp, store, reconciler, setup, pruner, audit, metrics) { Operations = operations.Entries, Sessions = services.Sessions, Secrets = box };
        EndpointFile.Write(options.DataDirectory, server.Addresses[0], options.Region);
        return server;
    }

    /// <summary>Returns once the process was asked to stop (SIGTERM, SIGINT) and the requests under way are done.</summary>
    public Task WaitForShutdownAsync(CancellationToken cancellationToken) => http.WaitForShutdownAsync(cancellationToken);

    public async ValueTask DisposeAsync()
    {
        if (metricsHttp is not null)
        {
            await metricsHttp.DisposeAsync();
        }

        await http.StopAsync();
        await http.DisposeAsync();
        await pruner.DisposeAsync();
        await audit.DisposeAsync();
        await setup.DisposeAsync();
        await reconciler.DisposeAsync();
        await store.DisposeAsync();
        metrics.Dispose();
    }

    private static WebApplication BuildHttp(ServeOptions options, Action<ILoggingBuilder> logging)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ContentRootPath = "/" });
        logging(builder.Logging);
        // Our own log has a line for each request; the host's would start an activity for each, which nobody reads.
        builder.Logging.AddFilter("Microsoft.AspNetCore.Hosting", LogLevel.None);
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = RequestBody.MaxDiscarded;
            kestrel.Limits.MaxRequestHeadersTotalSize = 16 * 1024;
            kestrel.Limits.MaxConcurrentConnections = 10_000;
            kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(10);
            foreach (var address in options.Listen)
            {
                Listeners.Listen(kestrel, address, options);
            }
        });
        return builder.Build();
    }
}
