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
            if (plans[i].Lab is not null)
            {
                var device = lab.Device(index) ?? stood;
                plans[i] = plans[i].BoundTo(device is { } link && device != stood && IsAnothers(link, index) ? null : device);
            }
            else
            {
                var bound = devices.Of(index);
                plans[i] = plans[i].BoundTo(bound is null ? null : bound with
                {
                    Device = bound.Device is { } found && bound.Device != stood && IsAnothers(found, index) ? null : bound.Device,
                    Closed = [.. bound.Closed.Where(closed => !IsAnothers(closed, index))],
                });
            }

            Own(plans[i]);
        }

        bool IsAnothers(uint device, long index) => plans.Count == 1
            ? before.Values.Any(other => other.Index != index && other.Filtered is { } filtered && (filtered.Device == device || filtered.ClosedDevices.Contains(device)))
            : owners.GetValueOrDefault(device, index) != index;

        void Own(Plan plan)
        {
            if (plan.Filtered is not { } filtered)
            {
                return;
            }

            foreach (var device in filtered.Device is { } open ? filtered.ClosedDevices.Add(open) : filtered.ClosedDevices)
            {
                owners.TryAdd(device, plan.Index);
            }
        }
    }
}
