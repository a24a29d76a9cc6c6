using System.Net;
using Portlight.Domain;
using Portlight.Wire.PortlightApi;

namespace Portlight.Lightsail;

/// <summary>Desired against applied, of one instance.</summary>
internal static class InstanceStatuses
{
    public static InstanceStatus StatusOf(this Services services, Instance instance)
    {
        var host = services.Hosts.Of(instance);
        var refusal = host.Outcomes.LastRefusal(instance.Index);
        var applied = AppliedRevision.Of(instance, host, services.Store.View);
        return new InstanceStatus
        {
            Name = instance.Name,
            Arn = instance.Arn,
            Tags = instance.Tags.ToWire(),
            RegionName = instance.Scope.Region,
            AccountId = instance.Scope.AccountId,
            State = instance.State.ToWire(),
            IpAddresses = [.. Addresses(instance).Select(address => address.ToString())],
            StaticIpName = instance.StaticIpName,
            PrivateIpAddress = instance.PrivateIpv4?.ToString(),
            Attachment = instance.Attachment.ToWire(services.Projection.NamespaceName(instance.Scope, instance.Name)),
            PortStates = instance.Ports.ToPortStates(services.Options.AwsQuirks),
            Expiring = instance.Expiring.IsEmpty ? null : instance.Expiring.ToWire(services.Options.AwsQuirks),
            DesiredRevision = instance.Revision,
            AppliedRevision = applied,
            AppliedAt = applied is not null && host.Outcomes.Standing(instance.Index)?.Revision == applied ? host.Outcomes.StandingSince(instance.Index) : null,
            StaleSince = host.AwaySince,
            NotFiltered = NotFiltered.Of(instance, host),
            Note = host.Outcomes.Note(instance.Index),
            ConfirmBy = instance.Unconfirmed?.Deadline,
            UnconfirmedSince = instance.Unconfirmed is { } unconfirmed ? unconfirmed.Deadline - unconfirmed.Within : null,
            LastError = refusal?.Reason,
            LastErrorAt = refusal?.At,
        };
    }

    /// <summary>Public addresses, those that an attached machine shows included.</summary>
    public static IEnumerable<IPAddress> Addresses(Instance instance) => new[] { instance.PublicIpv4, instance.Ipv6Address }.OfType<IPAddress>().Concat(instance.Attachment switch
    {
        Domain.Attachment.Interface nic => nic.Addresses,
        Domain.Attachment.ThisHost host => host.Addresses,
        _ => [],
    }).Distinct();
}
