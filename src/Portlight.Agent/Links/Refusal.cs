using Portlight.Nftables;
using Portlight.Nftables.Netlink;

namespace Portlight.Agent.Links;

/// <summary>What this machine refuses, in words.</summary>
internal static class Refusal
{
    /// <summary>Null when it refused nothing. What is no refusal is thrown on.</summary>
    internal static string? Of(Action action)
    {
        try
        {
            action();
            return null;
        }
        catch (Exception exception) when (exception is LabException or NetlinkException or IOException or UnauthorizedAccessException or OutOfMemoryException or ThreadStartException or RulesetRefusedException)
        {
            return exception.Message;
        }
    }
}
