using Portlight.Domain;
using Portlight.Storage.Sqlite;

namespace Portlight.Storage.Postgres;

/// <summary>What is done to a database that servers share, or asked of it, by no server: it takes no part in their order of writes.</summary>
public static class SharedDatabase
{
    /// <summary>Whether commits wait for no standby: what is acknowledged is then on one disk. Changes nothing.</summary>
    /// <exception cref="StoreException">The string cannot be used, or the database does not answer.</exception>
    public static bool IsAlone(string connectionText)
    {
        using var source = LogSource.Of(connectionText);
        return LogFailure.Answered(() =>
        {
            using var connection = source.OpenConnection();
            return LogStatements.IsAlone(connection);
        });
    }

    /// <summary>Looks whether a key file is there and opens what is sealed in the database. Changes nothing.</summary>
    /// <returns>How many secrets it holds; the key file of a database without any may be missing.</returns>
    /// <exception cref="StoreException">It does not, or the database cannot be read.</exception>
    public static int CheckSecrets(string keyFilePath, string connectionText)
    {
        var (keys, pairs, hosts) = (new List<AccessKey>(), new List<KeyPair>(), new List<Host>());
        using var source = LogSource.Of(connectionText);
        LogFailure.Answered(() =>
        {
            using var snapshot = LogSnapshot.Open(source);
            foreach (var item in snapshot.ItemsOf(ItemKind.AccessKey, ItemKind.KeyPair, ItemKind.Host))
            {
                NewerMembers.Read(item.Body, utf8 =>
                {
                    switch (item.Kind)
                    {
                        case ItemKind.AccessKey:
                            keys.Add(ItemJson.ReadAccessKey(utf8, item.Key));
                            break;
                        case ItemKind.KeyPair:
                            var (scope, name) = ItemKey.ReadScoped(item.Key);
                            pairs.Add(ItemJson.ReadKeyPair(utf8, scope, name));
                            break;
                        default:
                            hosts.Add(HostJson.Read(utf8));
                            break;
                    }
                });
            }

            return keys.Count;
        });
        return SealedSecrets.Check(keyFilePath, keys, pairs, hosts);
    }

    /// <summary>Writes everything that the database has at one moment into a new file of SQLite, beside the servers, of which it holds up none.</summary>
    /// <param name="connectionText">The database.</param>
    /// <param name="file">A file that is not there yet, in a directory that nobody else may read.</param>
    /// <param name="time">The clock.</param>
    /// <exception cref="StoreException">The database does not answer, or the file cannot be written.</exception>
    public static void CopyTo(string connectionText, string file, TimeProvider time)
    {
        using var source = LogSource.Of(connectionText);
        LogFailure.Answered(() =>
        {
            using var snapshot = LogSnapshot.Open(source);
            OwnFiles.Make(file);
            using var connection = Connection.OpenWriter(file);
            SnapshotReading.Fill(connection, snapshot, time, static _ => { });
            return snapshot.End;
        });
    }

    /// <summary>
    /// For what must be alone: requires that nobody else is connected, and ends the history that servers know, so that one which was cut off and comes back finds that it has to begin anew.
    /// </summary>
    /// <exception cref="StoreException">Others are connected, or the database does not answer.</exception>
    public static void TakeAlone(string connectionText)
    {
        using var source = LogSource.Of(connectionText);
        var connection = new LogConnection(source);
        try
        {
            var isDurable = LogFailure.Answered(() =>
            {
                var end = connection.Lock();
                LogHistory.RequireNobodyElse(connection);
                return connection.Commit(batch => LogHistory.AddNew(batch, end, commits: true));
            });
            if (!isDurable)
            {
                throw new StoreException("the database has not confirmed that the standby has it; run this again");
            }
        }
        finally
        {
            connection.Close();
        }
    }
}
