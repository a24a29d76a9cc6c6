namespace Portlight.Storage.Postgres;

/// <summary>The database does not have what this store has seen of it: a failover or a restored backup has lost it, or the log does not go back so far. The mirror has to be made anew.</summary>
internal sealed class OtherHistoryException(string message) : Exception(message);
