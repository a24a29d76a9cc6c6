using Portlight.Api;
using Portlight.Domain;
using Portlight.Storage;
using Portlight.Wire;
using Portlight.Wire.Lightsail;

namespace Portlight.Lightsail;

/// <summary>
/// Gives an instance public addresses of one family or of both, and takes them. The rules of a family that is switched off stay and count again when it is
/// switched on.
/// </summary>
internal sealed class SetIpAddressType(Services services) : IOperation<SetIpAddressTypeRequest, SetIpAddressTypeResponse>
{
    public async Task<SetIpAddressTypeResponse> HandleAsync(Call call, SetIpAddressTypeRequest request)
    {
        var check = new RequestCheck(call);
        var resourceType = check.OneOf(request.ResourceType, "resourceType", "Instance", "Distribution", "LoadBalancer");
        var name = check.Name(request.ResourceName, "resourceName");
        if (!IpAddressTypeText.TryParse(request.IpAddressType, out var type))
        {
            check.Refuse("ipAddressType", $"`{UserText.Excerpt(request.IpAddressType)}` is not one of {IpAddressTypeText.Allowed}");
        }

        check.Done();
        if (resourceType != "Instance")
        {
            Authorization.Require(call, new AccessQuestion(call.Entry!.Action, ResourceKinds.AnyOf(call, resourceType)));
            throw new NotFoundException($"The {resourceType} does not exist: {name}"); // none is ever made here
        }

        var access = new ResourceAccess<Domain.Instance>(call, ResourceKinds.Instance, name);
        var begun = await services.Store.CommitAsync(call, (view, changes) =>
        {
            var instance = access.Require(view);
            Requests.RequireMatch(call, instance);
            instance.RequireCreated("changing its addresses");
            var saved = changes.Save(Change(instance, type, request.AcceptBundleUpdate == true, new AddressDraw(view, services.Options), changes));
            var operation = OperationShapes.Begin(call, saved, call.Operation, type.ToWire());
            changes.Add(operation);
            return operation;
        });
        var operation = await services.Confirmation.OfAsync(begun);
        return new SetIpAddressTypeResponse { Operations = [operation.ToWire()] };
    }

    private static Domain.Instance Change(Domain.Instance instance, IpAddressType type, bool acceptBundleUpdate, AddressDraw addresses, Changes changes)
    {
        if (type == IpAddressType.Ipv6 && instance.StaticIpName is { } staticIp)
        {
            throw new InvalidInputException($"The Instance {instance.Name} has the static IP {staticIp}, which is IPv4; detach it first");
        }

        var isStopped = instance.State is Domain.InstanceState.Stopped or Domain.InstanceState.Stopping;
        return instance with
        {
            BundleId = BundleFor(instance, type, acceptBundleUpdate),
            IpAddressType = type,
            PublicIpv4 = type == IpAddressType.Ipv6 ? null : instance.PublicIpv4 ?? (isStopped ? null : addresses.PublicIpv4(changes.NewIndex())),
            Ipv6Address = type == IpAddressType.Ipv4 ? null : instance.Ipv6Address ?? addresses.Ipv6(changes.NewIndex()),
        };
    }

    /// <summary>
    /// The bundle of the same size that goes with the type, where the caller accepts a change. Without that word a bundle with IPv4 keeps its name under IPv6
    /// only, which costs nothing here; a bundle that is IPv6 only cannot have IPv4.
    /// </summary>
    private static string BundleFor(Domain.Instance instance, IpAddressType type, bool acceptBundleUpdate)
    {
        if (Bundles.Find(instance.BundleId) is not { } bundle || (bundle.PublicIpv4AddressCount == 0) == (type == IpAddressType.Ipv6))
        {
            return instance.BundleId;
        }

        var other = Bundles.In(instance.Scope.Region).FirstOrDefault(candidate =>
            candidate.IsActive && candidate.Platform == bundle.Platform && candidate.InstanceType == bundle.InstanceType && candidate.PublicIpv4AddressCount != bundle.PublicIpv4AddressCount);
        if (acceptBundleUpdate && other is not null)
        {
            return other.Id;
        }

        return bundle.PublicIpv4AddressCount > 0
            ? bundle.Id
            : throw new InvalidInputException($"The bundle {bundle.Id} of the Instance {instance.Name} is IPv6 only; set acceptBundleUpdate to change it");
    }
}
