using Npgsql;

namespace Portlight.Storage.Postgres;

/// <summary>
/// A connection string as operators write it (Npgsql's keywords), made safe: what an acknowledgement and a failover depend on is set here, whatever the string says; what
/// cannot be made safe is refused. Which setting does what was tried, see docs/decisions/0097-acknowledged-means-replicated.md.
/// </summary>
internal static class ConnectionText
{
    /// <summary>
    /// A commit waits for the standby in every session; nothing on the server's side may cancel that wait. A session that stands still in a transaction (a server that is
    /// frozen) does not hold up others, nor does one whose client is gone.
    /// </summary>
    private const string SessionSettings =
        "-c synchronous_commit=on -c statement_timeout=0 -c lock_timeout=4s -c idle_in_transaction_session_timeout=5s -c client_connection_check_interval=2s -c default_transaction_isolation=read\\ committed";

    /// <exception cref="StoreException">It is no connection string, or cannot be made safe; the message has no secret.</exception>
    public static NpgsqlConnectionStringBuilder Read(string text)
    {
        NpgsqlConnectionStringBuilder builder;
        try
        {
            builder = new NpgsqlConnectionStringBuilder(text);
        }
        catch (Exception malformed) when (malformed is ArgumentException or FormatException or InvalidCastException or KeyNotFoundException)
        {
            // The message of the parser may quote a password.
            throw new StoreException("the connection string of the database cannot be read; it is `Host=…;Database=…;Username=…` with the keywords of Npgsql");
        }

        Require(!string.IsNullOrEmpty(builder.Host), "names no `Host`");
        Require(!string.IsNullOrEmpty(builder.Database), "names no `Database`");
        Require(string.IsNullOrEmpty(builder.Options), "has `Options`; Portlight sets those of its sessions itself");
        Require(!builder.Multiplexing, "asks for `Multiplexing`, which has no transactions of one's own");
        Require(builder.TargetSessionAttributes is null or "any" or "primary" or "read-write", "asks for a `Target Session Attributes` that is not the primary");
        Require(!builder.LoadBalanceHosts, "asks for `Load Balance Hosts`; there is one primary");

        builder.TargetSessionAttributes = builder.Host!.Contains(',', StringComparison.Ordinal) ? "primary" : null;
        builder.Options = SessionSettings;
        // After a time-out no cancellation is sent: PostgreSQL would take it as "do not wait for the standby" and report success.
        builder.CancellationTimeout = -1;
        builder.CommandTimeout = 5;
        builder.Timeout = 2;
        builder.HostRecheckSeconds = 1;
        builder.KeepAlive = 2;
        builder.TcpKeepAlive = true;
        builder.NoResetOnClose = true;
        builder.MaxAutoPrepare = 50;
        builder.AutoPrepareMinUsages = 2;
        builder.MinPoolSize = 0;
        builder.MaxPoolSize = 8;
        builder.Pooling = true;
        builder.Enlist = false;
        builder.IncludeErrorDetail = false;
        builder.PersistSecurityInfo = false;
        builder.ApplicationName ??= "portlight";
        return builder;
    }

    private static void Require(bool isSo, string problem)
    {
        if (!isSo)
        {
            throw new StoreException($"the connection string of the database {problem}");
        }
    }
}
