using Portlight.Api;
using Portlight.Domain;
using Portlight.Wire.Lightsail;

namespace Portlight.Lightsail;

/// <summary>Changes the options that are named and keeps the others. Portlight runs no metadata service: they are kept and shown.</summary>
internal sealed class UpdateInstanceMetadataOptions(Services services) : IOperation<UpdateInstanceMetadataOptionsRequest, UpdateInstanceMetadataOptionsResponse>
{
    private const int MaxHops = 64;

    public async Task<UpdateInstanceMetadataOptionsResponse> HandleAsync(Call call, UpdateInstanceMetadataOptionsRequest request)
    {
        var check = new RequestCheck(call);
        var name = check.Name(request.InstanceName, "instanceName");
        var tokens = request.HttpTokens is null ? null : check.OneOf(request.HttpTokens, "httpTokens", "optional", "required");
        var endpoint = request.HttpEndpoint is null ? null : check.OneOf(request.HttpEndpoint, "httpEndpoint", "disabled", "enabled");
        var ipv6 = request.HttpProtocolIpv6 is null ? null : check.OneOf(request.HttpProtocolIpv6, "httpProtocolIpv6", "disabled", "enabled");
        if (request.HttpPutResponseHopLimit is { } hops and (< 1 or > MaxHops))
        {
            check.Refuse("httpPutResponseHopLimit", $"`{hops}` is not a number from 1 to {MaxHops}");
        }

        check.Done();
        var access = new ResourceAccess<Domain.Instance>(call, ResourceKinds.Instance, name);
        var operation = await services.Store.CommitAsync(call, (view, changes) =>
        {
            var instance = access.Require(view);
            Requests.RequireMatch(call, instance);
            var current = instance.MetadataOptions;
            changes.Save(instance with
            {
                MetadataOptions = new MetadataOptions(
                    tokens ?? current.HttpTokens,
                    endpoint ?? current.HttpEndpoint,
                    request.HttpPutResponseHopLimit ?? current.HttpPutResponseHopLimit,
                    ipv6 ?? current.HttpProtocolIpv6),
            });
            var done = OperationShapes.Done(call, ResourceType.Instance, name, instance.AvailabilityZone, call.Operation);
            changes.Add(done);
            return done;
        });
        return new UpdateInstanceMetadataOptionsResponse { Operation = operation.ToWire() };
    }
}
