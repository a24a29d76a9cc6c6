using Portlight.AgentProtocol;

namespace Portlight.AgentStream.Wire;

/// <summary>An instance as it is sent and kept.</summary>
public sealed partial class Desired
{
    /// <summary>
    /// The same as <see cref="States.Read"/> has read it; null before. It is looked at several times on its way into the kernel, of which a start with thousands of them feels each; the agent that filters keeps
    /// the same object. No message is changed once it has come.
    /// </summary>
    internal DesiredInstance? Instance { get; set; }
}
