using Portlight.Agent.Links;
using Portlight.Domain;

namespace Portlight.Agent.Devices;

/// <summary>
/// What is attached by a selector has come to. Whatever else the selector finds is closed: one of them is the instance, and nobody knows which. Its name closes
/// while it is away, until another device has that name, which is not the instance.
/// </summary>
internal static class SelectedDevice
{
    /// <param name="attachment">What is attached.</param>
    /// <param name="selector">What finds it.</param>
    /// <param name="device">Which device it is; null for none.</param>
    /// <param name="before">How it was bound before; null for not at all.</param>
    /// <param name="survey">What the machine has now.</param>
    /// <param name="taken">The devices that are an attachment's; those that are closed for this one become so.</param>
    internal static BoundDevice Of(Attachment.Interface attachment, string selector, Device? device, BoundDevice? before, DeviceSurvey survey, HashSet<int> taken)
    {
        var all = survey.Selected(selector);
        var others = all.Where(one => one.Index != device?.Index && taken.Add(one.Index)).ToList();
        var bound = new BoundDevice(attachment, (uint?)device?.Index, null, null)
        {
            Name = device?.Name ?? (before is { Name: { } last } && before.IsOf(attachment) && survey.ByName(last) is null ? last : null),
            Closed = [.. others.Select(one => (uint)one.Index).Order()],
        };
        var names = string.Join(", ", others.Select(one => $"`{one.Name}`").Order(StringComparer.Ordinal));
        return device switch
        {
            not null when others.Count > 0 => bound with
            {
                Unfiltered = DeviceRefusal.Of(device, survey) ?? $"{names} {(others.Count == 1 ? "is" : "are")} found by `{selector}` too, and closed; the instance's is `{device.Name}`, which was there first",
            },
            not null => bound with
            {
                Unfiltered = DeviceRefusal.Of(device, survey),
                Note = all.IsEmpty ? $"its interface `{device.Name}` is not found by `{selector}` any more and is filtered as before; give it that again, or attach what it has" : null,
            },
            null when others.Count > 0 => bound with { Unfiltered = $"several interfaces are found by `{selector}`: {names}; all are closed until it finds one of them alone" },
            null when all.Length > 0 => bound with { Note = $"waits for its interface: what `{selector}` finds is the interface of another instance" },
            null => bound with { Note = $"waiting: no such device yet; the one that `{selector}` finds is filtered as soon as it is there" },
        };
    }
}
