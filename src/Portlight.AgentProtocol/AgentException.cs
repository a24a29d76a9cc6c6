namespace Portlight.AgentProtocol;

/// <summary>
/// The agent could not do its work at all (no capability, no kernel support, its process gone), as against a change that it refused. What the kernel held it
/// holds still.
/// </summary>
public class AgentException(string message, Exception? cause = null) : Exception(message, cause);
