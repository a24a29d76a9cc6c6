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
        var notFiltered = NotFiltered.Of(instance, host);
        return new InstanceStatus
        {
            Name = instance.Name,
            Arn = instance.Arn,
            Tags = instance.Tags.ToWire(),
            RegionName = instance.Scope.Region,
            AccountId = instance.Scope.AccountId,
            State = instance.State.ToWire(),
            IpAddresses = Addresses(instance).ConvertAll(address => address.ToString()),
            PrivateIpAddress = instance.PrivateIpv4?.ToString(),
            Attachment = instance.Attachment.ToWire(instance.Attachment is Domain.Attachment.Lab ? services.Projection.NamespaceName(instance.Scope, instance.Name) : null),
            PortStates = instance.Ports.ToPortStates(services.Options.AwsQuirks),
            Expiring = instance.Expiring.IsEmpty ? null : instance.Expiring.ToWire(services.Options.AwsQuirks),
            DesiredRevision = instance.Revision,
            AppliedRevision = notFiltered is null ? AppliedRevision.OfFiltered(instance, host, services.Store.View) : null,
            StaleSince = host.AwaySince,
            NotFiltered = notFiltered,
            Note = host.Outcomes.Note(instance.Index),
            ConfirmBy = instance.Unconfirmed?.Deadline,
            UnconfirmedSince = instance.Unconfirmed is { } unconfirmed ? unconfirmed.Deadline - unconfirmed.Within : null,
            LastError = refusal?.Reason,
            LastErrorAt = refusal?.At,
        };
    }

    /// <summary>Public addresses, those that an attached machine shows included.</summary>
    public static List<IPAddress> Addresses(Instance instance)
    {
        var shown = instance.Attachment.BroughtAddresses;
        var found = new List<IPAddress>(shown.Length + 2);
        Add(instance.PublicIpv4);
        Add(instance.Ipv6Address);
        foreach (var address in shown)
        {
            Add(address);
        }

        return found;

        void Add(IPAddress? address)
        {
            if (address is not null && !found.Contains(address))
            {
                found.Add(address);
            }
        }
    }
}
