namespace Portlight.Storage;

/// <summary>The store could not do what was asked (disk full, file damaged, database gone). Nothing was written.</summary>
public sealed class StoreException(string message, Exception? cause = null) : Exception(message, cause);
