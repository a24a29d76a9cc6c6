namespace Portlight.AgentProtocol;

/// <summary>The agent went away before it answered: another one of the host may be asked.</summary>
public sealed class AgentGoneException(string message) : AgentException(message);
