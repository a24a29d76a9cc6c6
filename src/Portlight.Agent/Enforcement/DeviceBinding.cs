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
        var owners = new Dictionary<uint, long>();
        if (plans.Count > 1)
        {
            // What moves to another place lets go of its device in the same transaction.
            var moving = plans.Where(plan => before.GetValueOrDefault(plan.Index) is { } stood && stood.Filtered?.Key != plan.Filtered?.Key).Select(plan => plan.Index).ToHashSet();
            foreach (var plan in before.Values.Where(plan => !moving.Contains(plan.Index)))
            {
                Own(plan);
            }
        }

        for (var i = 0; i < plans.Count; i++)
        {
            if (plans[i].Filtered is not { IsHost: false } filtered)
            {
                continue;
            }

            var index = plans[i].Index;
            var stood = before.GetValueOrDefault(index)?.Filtered is { } last && last.Key == filtered.Key ? last.Device : null;
            var device = plans[i].Lab is null ? devices.Of(index)?.Device : lab.Device(index) ?? stood;
            var isTaken = device is { } found && device != stood
                && (plans.Count == 1 ? before.Values.Any(other => other.Index != index && other.Filtered?.Device == device) : owners.GetValueOrDefault(found, index) != index);
            plans[i] = plans[i].BoundTo(isTaken ? null : device);
            Own(plans[i]);
        }

        void Own(Plan plan)
        {
            if (plan.Filtered?.Device is { } device)
            {
                owners.TryAdd(device, plan.Index);
            }
        }
    }
}
