using Portlight.Console.Api;
using Portlight.Console.Ports;
using Portlight.Wire.Lightsail;
using Portlight.Wire.PortlightApi;

namespace Portlight.Console.Networking;

/// <summary>Makes a draft the ports of an instance, and tells what came of it.</summary>
internal static class PortChange
{
    /// <summary>How long a person has to confirm a change.</summary>
    public static readonly TimeSpan ToConfirm = TimeSpan.FromSeconds(60);

    /// <summary>Applies it to the ports that it began with and to no others; null where these have changed meanwhile.</summary>
    /// <param name="caller">Calls as the person.</param>
    /// <param name="instance">Its name.</param>
    /// <param name="draft">What is wanted.</param>
    /// <param name="within">It is reverted unless it is confirmed within this time; null for a change that stays.</param>
    /// <param name="reason">Why; null for none. A reason has no place in a Put, nor has a time.</param>
    /// <param name="cancellation">Ends the waiting.</param>
    public static async Task<Operation?> ApplyAsync(ApiCaller caller, string instance, Draft draft, TimeSpan? within, string? reason, CancellationToken cancellation)
    {
        try
        {
            return reason is null && draft.Rules.All(rule => rule.ExpiresInSeconds is null)
                ? (await caller.PutAsync(new PutInstancePublicPortsRequest { InstanceName = instance, PortInfos = [.. draft.Rules.Select(rule => rule.ToPortInfo())] }, draft.EntityTag, within, cancellation)).Operation
                : (await caller.ApplyAsync(new ApplyPortsRequest { InstanceName = instance, PortInfos = [.. draft.Rules.Select(rule => rule.ToTimedPort())], Reason = reason }, draft.EntityTag, within, cancellation)).Operation;
        }
        catch (ApiException exception) when (exception.Kind == ApiFault.Changed)
        {
            return null;
        }
    }

    /// <summary>What came of it, in words. What the kernel refuses is no outcome: the call that made it fails.</summary>
    public static string Outcome(Operation operation, bool mustConfirm, bool isRecorded) => operation.Status == "Succeeded"
        ? $"{(isRecorded ? "Recorded: this server filters no packet" : "In the kernel")}.{(mustConfirm ? " It is reverted unless you confirm it." : "")}"
        : "Written. The kernel has not confirmed it yet; the state at the top tells when it has.";
}
