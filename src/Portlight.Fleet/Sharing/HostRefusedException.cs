namespace Portlight.Fleet;

/// <summary>An agent may not do what it asked for. The message may be told to it.</summary>
internal sealed class HostRefusedException(string message) : Exception(message);
