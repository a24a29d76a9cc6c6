using Portlight.Api;
using Portlight.Storage;

namespace Portlight.Server;

/// <summary>Opens the store of a server; called when its addresses are bound and its data directory is there.</summary>
/// <exception cref="StoreException">It cannot be opened.</exception>
public delegate IStore OpenStore(ServeOptions options, TimeProvider clock);
