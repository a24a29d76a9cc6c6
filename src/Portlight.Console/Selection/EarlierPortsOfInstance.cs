using Portlight.Console.Api;
using Portlight.Console.Live;
using Portlight.Console.Networking;
using Portlight.Console.Ports;
using Portlight.Console.Shell;

namespace Portlight.Console.Selection;

/// <summary>The ports of one of several instances become what they were before their last change. What that was is in the audit log, so it does not matter who made it, when, and from which page.</summary>
internal sealed class EarlierPortsOfInstance(InstanceView instance, TimeProvider clock) : PortsOfInstance(wish: null, instance)
{
    private protected override async Task<WantedPorts?> WantedAsync(ApiCaller caller, CancellationToken cancellation)
    {
        var last = await PortHistory.NewestAsync(caller, Name, cancellation);
        if (last is { Cause: null, Before: { OmittedRules: null } before })
        {
            return new WantedPorts.Earlier([.. before.PortStates.Select(PortRule.Of)], $"Before the change of {last.By.Name}, {Ages.Of(last.At, clock.GetUtcNow())}{(last.Reason is { } reason ? $", “{reason}”" : "")}.");
        }

        Become(ChangeState.Nothing, last switch
        {
            null => "The audit log holds no change of its ports.",
            { Cause: { } cause } => $"Its last change was the server's own: {cause}.",
            _ => "The audit log does not hold the rules that stood before its last change.",
        });
        return null;
    }
}
