using Portlight.Agent.Devices;
using Portlight.Agent.Lab;

namespace Portlight.Agent.Enforcement;

/// <summary>Which device an attachment is for. Without one its name is closed and nothing is open.</summary>
internal static class DeviceBinding
{
    /// <summary>
    /// Gives each plan its device: a lab link that is not to be found any more stays the one that it was, because it may have another name now and must not go
    /// unfiltered; what an attached interface is, <see cref="AttachedDevices"/> knows. A device is never two attachments' at once: the one that comes second
    /// is closed until the first lets go.
    /// </summary>
    internal static void Bind(List<Plan> plans, Dictionary<long, Plan> before, LabHost lab, AttachedDevices devices)
    {
        for (var i = 0; i < plans.Count; i++)
        {
            if (plans[i].Judged is not { IsHost: false } judged)
            {
                continue;
            }

            var index = plans[i].Index;
            var stood = before.GetValueOrDefault(index)?.Judged is { } last && last.Key == judged.Key ? last.Device : null;
            var device = plans[i].Lab is null ? devices.Of(index)?.Device : lab.Device(index) ?? stood;
            var isTaken = device is not null && device != stood && (before.Values.Any(IsTaken) || plans.Any(IsTaken));
            plans[i] = plans[i].BoundTo(isTaken ? null : device);

            bool IsTaken(Plan other) => other.Index != index && other.Judged?.Device == device;
        }
    }
}
