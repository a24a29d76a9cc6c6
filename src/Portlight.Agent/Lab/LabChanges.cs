using System.Net;
using Portlight.Agent.Links;

namespace Portlight.Agent.Lab;

/// <summary>Changes of links and routes, as far as they can concern lab instances.</summary>
/// <param name="resting">Instances that are left alone for now, because they were repaired a moment ago.</param>
internal sealed class LabChanges(IReadOnlySet<long> resting)
{
    private readonly HashSet<long> _again = [];
    private readonly HashSet<uint> _devices = [];
    private readonly HashSet<IPAddress> _destinations = [];
    private bool _isEverything;

    internal bool IsEmpty => !_isEverything && _again.Count + _devices.Count + _destinations.Count == 0;

    internal void Add(LinkChange change)
    {
        switch (change.Kind)
        {
            case LinkChangeKind.Unknown: _isEverything = true; break;
            case LinkChangeKind.Route when change.Destination is { } destination: _destinations.Add(destination); break;
            case LinkChangeKind.Link or LinkChangeKind.Removed or LinkChangeKind.Address: _devices.Add((uint)change.Link); break;
        }
    }

    /// <summary>An instance that has rested, and is looked at again.</summary>
    internal void Add(long index) => _again.Add(index);

    /// <param name="instance">The instance.</param>
    /// <param name="device">The device (ifindex) that led to it last.</param>
    internal bool Concern(LabInstance instance, uint? device) =>
        !resting.Contains(instance.Index)
        && (_isEverything
            || _again.Contains(instance.Index)
            || (device is { } own && _devices.Contains(own))
            || (_destinations.Count > 0 && instance.Addresses.Any(_destinations.Contains)));
}
