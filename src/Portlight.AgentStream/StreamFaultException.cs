namespace Portlight.AgentStream;

/// <summary>The other end has sent what it must not, or nothing for too long. The message goes to both ends' operators.</summary>
public sealed class StreamFaultException(string message) : Exception(message);
