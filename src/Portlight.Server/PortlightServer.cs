using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Portlight.AgentProtocol;
using Portlight.Api;
using Portlight.Audit;
using Portlight.Domain;
using Portlight.Fleet;
using Portlight.Lightsail;
using Portlight.Linux;
using Portlight.Storage;
using Portlight.Storage.Sqlite;

namespace Portlight.Server;

/// <summary>
/// A running server: store, hosts, HTTP. Starting it makes the kernel hold what is stored before the first request is taken; stopping it leaves the
/// kernel's rules in place.
/// </summary>
public sealed partial class PortlightServer : IAsyncDisposable
{
    /// <summary>Category of the log lines that tell of each request.</summary>
    public const string RequestLogCategory = "Portlight.Api.Pipeline";
    private const long MostConnections = 10_000;

    private readonly WebApplication _http;
    private readonly IStore _store;
    private readonly HostRegistry _hosts;
    private readonly SetupWorker _setup;
    private readonly AuditTrail _audit;
    private readonly Opened _opened;

    private PortlightServer(WebApplication http, IStore store, HostRegistry hosts, SetupWorker setup, AuditTrail audit, Opened opened)
    {
        _http = http;
        _store = store;
        _hosts = hosts;
        _setup = setup;
        _audit = audit;
        _opened = opened;
    }

    /// <summary>Where it listens, with the real port where 0 was asked for.</summary>
    public required IReadOnlyList<Uri> Addresses { get; init; }

    /// <summary>Where agents on other machines connect, likewise; none where they cannot.</summary>
    public required IReadOnlyList<Uri> AgentAddresses { get; init; }

    /// <summary>The account that owns the installation, and the region that commands of this machine use when none is named.</summary>
    public required Scope Home { get; init; }

    /// <summary>Names of instances whose packets are to be filtered, and nobody does, because recording was asked for; null when there are none.</summary>
    public required string? Unenforced { get; init; }

    internal IStore Store => _store;

    internal SetupWorker Setup => _setup;

    internal SessionTokens Sessions => Services.Sessions;

    internal SecretBox Secrets => Services.Secrets;

    internal Services Services { get; private init; } = null!;

    internal HostRegistry Hosts => _hosts;

    internal AuditTrail Audit => _audit;

    internal IReadOnlyList<OperationEntry> Operations { get; private init; } = [];

    /// <summary>
    /// Binds the addresses, opens the agent and the store, synchronises the kernel, answers: in this order, so that the kernel is changed only when nothing
    /// else can fail any more, and a new directory gets an installation only when its addresses and the agent are there. What connects meanwhile waits.
    /// </summary>
    /// <param name="asked">The settings.</param>
    /// <param name="openAgent">Called when the addresses are bound, before anything else is opened.</param>
    /// <param name="clock">The time.</param>
    /// <param name="logging">Where the log goes.</param>
    /// <param name="cancellationToken">Ends a start that is under way.</param>
    /// <exception cref="IOException">An address cannot be listened on, or the certificate is not usable.</exception>
    /// <exception cref="StoreException">The database cannot be used.</exception>
    /// <exception cref="AgentException">The kernel cannot be made to hold what is stored, or must not; it is as it was.</exception>
    public static Task<PortlightServer> StartAsync(ServeOptions asked, OpenAgent openAgent, TimeProvider clock, Action<ILoggingBuilder> logging, CancellationToken cancellationToken) =>
        StartAsync(asked, openAgent, OpenSqlite, clock, logging, cancellationToken);

    /// <summary>The same, with a store that may be shared with other servers.</summary>
    public static Task<PortlightServer> StartAsync(
        ServeOptions asked, OpenAgent openAgent, OpenStore openStore, TimeProvider clock, Action<ILoggingBuilder> logging, CancellationToken cancellationToken) =>
        StartAsync(asked, openAgent, openStore, clock, logging, new Embedding(), cancellationToken);

    /// <summary>The same, in a process that is not the server's own.</summary>
    internal static Task<PortlightServer> StartAsync(
        ServeOptions asked, OpenAgent openAgent, TimeProvider clock, Action<ILoggingBuilder> logging, Embedding embedding, CancellationToken cancellationToken) =>
        StartAsync(asked, openAgent, OpenSqlite, clock, logging, embedding, cancellationToken);

    private static async Task<PortlightServer> StartAsync(
        ServeOptions asked, OpenAgent openAgent, OpenStore openStore, TimeProvider clock, Action<ILoggingBuilder> logging, Embedding embedding, CancellationToken cancellationToken)
    {
        var opened = new Opened();
        try
        {
            return await StartAsync(asked, openAgent, openStore, clock, logging, embedding, opened, cancellationToken);
        }
        catch
        {
            await opened.DisposeAsync();
            throw;
        }
    }

    private static async Task<PortlightServer> StartAsync(
        ServeOptions asked, OpenAgent openAgent, OpenStore openStore, TimeProvider clock, Action<ILoggingBuilder> logging, Embedding embedding, Opened opened, CancellationToken cancellationToken)
    {
        var listeners = opened.Add(BoundListeners.Bind(asked, clock));
        var options = asked with { Listen = [.. listeners.Api.Select(listener => listener.Address)], Metrics = listeners.Metrics?.Address, Agents = [.. listeners.Agents.Select(listener => listener.Address)] };
        var installation = InstallationFile.Read(options.DataDirectory) ?? InstallationFile.NewId();
        HostRegistry? known = null;
        // Half of the descriptors are left to the store, the kernel and the lab: where there is none, the runtime itself may end the process.
        var shares = new ConnectionShares(Math.Min(MostConnections, DescriptorLimit.Current / 2), options.ConnectionsPerSource, options.TrustedProxies);
        // Beside the agent: it touches nothing but memory, and takes a tenth of a start.
        var building = Task.Run(() => BuildHttp(listeners, shares, logging, embedding, () => Volatile.Read(ref known)?.Local.InForce ?? 0), CancellationToken.None);
        opened.Add(() => CloseAsync(building));
        var agent = openAgent(options, installation);

        DirectoryFlush.Create(options.DataDirectory);
        var app = await building;
        var loggers = app.Services.GetRequiredService<ILoggerFactory>();
        // The store first: a rotation of the key file holds its lock, and a key that was read before would seal what nobody can open.
        var store = opened.Add(openStore(options, clock));
        if (PrivateFiles.Tighten(options.DataDirectory) is { Count: > 0 } wereOpen)
        {
            LogTightened(loggers.CreateLogger<PortlightServer>(), string.Join(", ", wereOpen));
        }

        var box = SealedSecrets.OpenKeyFile(Path.Combine(options.DataDirectory, DataFiles.Keys), store.View);
        var setup = opened.Add(new SetupWorker(store, box, embedding.DefaultKeyPair, clock, loggers.CreateLogger<SetupWorker>()));
        var owner = await FirstStart.EnsureAsync(options, store, box, setup, clock);
        options = options with { Region = FirstStart.HomeRegion(options, store.View) };
        var home = new Scope(owner.Id, options.Region);
        await TrustedIds.BindOlderAsync(store);
        UnenforcedPorts.Require(options, store.View, agent.Status);
        InstallationFile.Write(options.DataDirectory, installation);
        var projection = new Projection(options.PortLimits, home);
        var hosts = known = opened.Add(new HostRegistry(store, projection, clock, loggers));
        await hosts.EnsureLocalAsync(options.Region + "a");
        var unconfirmed = opened.Add(new UnconfirmedWatch(store, clock, loggers.CreateLogger<UnconfirmedWatch>()));
        var expiry = opened.Add(new ExpiryWatch(store, clock, loggers.CreateLogger<ExpiryWatch>()));
        var metrics = opened.Add(new ServerMetrics());
        metrics.Observe(
            () => store.Revision,
            () => store.View.AppliedOn(HostName.Local),
            () => agent.Status.DriftRepairs,
            () => agent.Status.Enforces ? hosts.Local.Outcomes.UnfilteredCount : store.View.CountInstances(),
            () => hosts.Local.Contact.FailingSince is not null);
        metrics.ObserveHosts(hosts, store.View.AppliedOn);
        metrics.ObserveInstallation(() => store.View.CountInstances(), () => new DriveInfo(options.DataDirectory).AvailableFreeSpace);
        metrics.ObserveConnections(() => shares.Refused);
        var principals = new Principals(loggers.CreateLogger<Principals>());
        var recent = new RecentChanges(store, clock);
        var services = new Services(options, home, store, hosts, projection, setup, box, clock) { Principals = principals, Recent = recent };
        var audit = opened.Add(new AuditTrail(options, store, owner.Id, clock, loggers));
        metrics.ObserveAudit(() => audit.Durable, audit.Log, audit.Exporter);
        var operations = ServedOperations.Of(services, embedding.Operation);
        var pipeline = new Pipeline(
            operations,
            new RequestOrigins(options.TrustedProxies, options.ConsoleTicket),
            new Authenticator(
                store,
                new AccessKeySecrets(box),
                services.Sessions,
                principals,
                new RefusalBrake(options.RefusalDelay, clock),
                new KeyUses(store, clock, loggers.CreateLogger<KeyUses>()),
                clock),
            new RateLimiter(options.RequestsPerSecond, clock),
            new AccountShares(clock),
            new AccountTurns(clock),
            new CallRecorder(audit.Log.RecordAsync, audit.Log.RecordWith),
            opened.Add(new RequestMetrics()),
            clock,
            loggers.CreateLogger<Pipeline>())
        { OnlyRecords = !agent.Status.Enforces };
        embedding.Http(app);
        app.Run(context =>
            Health.IsAskedBy(context.Request) ? Health.AnswerAsync(context, store, hosts)
            : FrontPage.IsAskedBy(context.Request) ? FrontPage.AnswerAsync(context, store, hosts)
            : pipeline.InvokeAsync(context));
        EndpointFile.Write(options.DataDirectory, options.Listen[0], options.Region);
        if (listeners.Metrics is not null)
        {
            opened.Add(await MetricsListener.StartAsync(listeners.Metrics, cancellationToken));
        }

        await DeadlineLoop.RecoverAsync(store, unconfirmed.Deadlines, expiry.Deadlines);
        await hosts.StartLocalAsync(agent, cancellationToken);
        unconfirmed.Start();
        expiry.Start();
        setup.Start();
        setup.Nudge();
        await app.StartAsync(cancellationToken);
        opened.Add(async () => await app.StopAsync());
        // Before the listeners: a stop waits for the requests under way, and these wait for changes.
        opened.Add(recent);
        if (store.IsShared)
        {
            // Before agents are taken: tokens name every server.
            var beat = opened.Add(new ServerBeat(store, hosts, options.Agents, clock, loggers.CreateLogger<ServerBeat>()));
            await beat.BeatAsync();
            beat.Start();
        }

        if (listeners.Agents.Count > 0)
        {
            var doors = new AgentDoors(store, box, hosts, new HostJoining(store, hosts, home, clock), installation, clock);
            var door = opened.Add(await doors.OpenAsync(listeners.Agents, logging, cancellationToken));
            metrics.ObserveAgentConnections(() => door.Refused);
        }

        var pruner = opened.Add(new Pruner(store, options.Retention, options.AuditRetention, clock, loggers.CreateLogger<Pruner>()));
        pruner.Start();
        audit.Start();
        return new PortlightServer(app, store, hosts, setup, audit, opened)
        {
            Addresses = options.Listen,
            AgentAddresses = options.Agents,
            Unenforced = UnenforcedPorts.Find(hosts.Local.Outcomes, agent.Status),
            Home = home,
            Operations = operations.Entries,
            Services = services,
        };
    }

    /// <summary>Returns once the process was asked to stop (SIGTERM, SIGINT).</summary>
    /// <exception cref="StoreException">
    /// The store has stopped for good: only a new process can tell what is on the disk. The server is to be disposed of, which answers the requests under way.
    /// </exception>
    public async Task WaitForShutdownAsync(CancellationToken cancellationToken)
    {
        var asked = _http.WaitForShutdownAsync(cancellationToken);
        if (await Task.WhenAny(asked, _store.Stopped) == asked)
        {
            await asked;
            return;
        }

        var reason = await _store.Stopped;
        LogStoreStopped(_http.Services.GetRequiredService<ILogger<PortlightServer>>(), reason);
        throw reason;
    }

    /// <summary>Once this is disposed of: calls that were answered and whose event, or count among others, could not be written to the audit log. They are lost.</summary>
    public long LostEvents => _store.LostAuditEvents + _audit.Uncounted;

    public ValueTask DisposeAsync() => _opened.DisposeAsync();

    /// <summary>Waits for what is being built, whatever comes of it.</summary>
    private static async ValueTask CloseAsync(Task<WebApplication> building)
    {
        await ((Task)building).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (building.IsCompletedSuccessfully)
        {
            await (await building).DisposeAsync();
        }
    }

    private static SqliteStore OpenSqlite(ServeOptions options, TimeProvider clock) => SqliteStore.Open(Path.Combine(options.DataDirectory, DataFiles.Database), clock);

    private static WebApplication BuildHttp(BoundListeners listeners, ConnectionShares shares, Action<ILoggingBuilder> logging, Embedding embedding, Func<long> inForce)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ContentRootPath = "/" });
        logging(builder.Logging);
        // Our own log has a line for each request; the host's would start an activity for each, which nobody reads.
        builder.Logging.AddFilter("Microsoft.AspNetCore.Hosting", LogLevel.None);
        embedding.Services(builder.Services);
        BoundListeners.UseKestrel(builder.WebHost, listeners.Api, kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = RequestBody.MaxDiscarded;
            kestrel.Limits.MaxRequestHeadersTotalSize = 16 * 1024;
            kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(10);
            kestrel.Limits.MinResponseDataRate = new MinDataRate(bytesPerSecond: 32 * 1024, gracePeriod: TimeSpan.FromSeconds(5));
            kestrel.ConfigureEndpointDefaults(listen =>
            {
                shares.Bound(listen);
                ConnectionStart.Note(listen, inForce);
            });
        });
        return builder.Build();
    }

    [LoggerMessage(5003, LogLevel.Warning, "others had rights to {Paths} and have none any more; if somebody may have read them, make new keys (`portlight credentials`)")]
    private static partial void LogTightened(ILogger logger, string paths);

    [LoggerMessage(5101, LogLevel.Critical, "the store has stopped, and so does the server; the kernel's rules stay in place")]
    private static partial void LogStoreStopped(ILogger logger, Exception reason);
}
