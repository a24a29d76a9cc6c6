using Portlight.Cluster.Machines;

namespace Portlight.Cluster;

/// <summary>What PostgreSQL itself says of its replication.</summary>
internal static class Replication
{
    /// <summary>Whether the commits of a primary wait for a standby, which is there.</summary>
    public static bool HasStandby(Machine primary)
    {
        try
        {
            return primary.Sql("SELECT current_setting('synchronous_standby_names') <> '' AND EXISTS (SELECT FROM pg_stat_replication WHERE sync_state = 'sync')") == "t";
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }

    /// <summary>In words, of a machine.</summary>
    public static string Describe(Machine machine)
    {
        try
        {
            return $"{machine.Name}: " + machine.Sql("""
                SELECT 'in recovery: ' || pg_is_in_recovery() || ', names: ' || current_setting('synchronous_standby_names')
                    || ', sends: ' || coalesce((SELECT string_agg(application_name || ' ' || state || ' ' || sync_state, ', ') FROM pg_stat_replication), 'nobody')
                    || ', receives: ' || coalesce((SELECT status || ' from ' || coalesce(sender_host, '?') FROM pg_stat_wal_receiver), 'nothing') || ', replayed: ' || coalesce(pg_last_wal_replay_lsn()::text, '-')
                """.ReplaceLineEndings(" "));
        }
        catch (InvalidOperationException silent)
        {
            return $"{machine.Name}: {silent.Message}";
        }
    }
}
