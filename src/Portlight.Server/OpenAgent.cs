using Portlight.AgentProtocol;
using Portlight.Api;
using Portlight.Domain;

namespace Portlight.Server;

/// <summary>Opens the agent of a server that starts, once. The kernel is as it was when it returns; what it throws ends the start.</summary>
/// <param name="options">The settings, with the real ports.</param>
/// <param name="installation">Whose rules it is to enforce; of a new data directory, whose they will be.</param>
public delegate IAgent OpenAgent(ServeOptions options, InstallationId installation);
