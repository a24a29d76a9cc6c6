using System.Text;
using Portlight.Api;
using Portlight.Domain;
using Portlight.Wire.Lightsail;

namespace Portlight.Lightsail;

/// <summary>
/// What is really there to log in with: addresses, user name, and the private key where it is the default key pair's, the only one that is kept. Nothing has
/// seen the instance's host keys and nothing makes certificates or passwords, so there are none.
/// </summary>
internal sealed class GetInstanceAccessDetails(Services services) : IOperation<GetInstanceAccessDetailsRequest, GetInstanceAccessDetailsResponse>
{
    public Task<GetInstanceAccessDetailsResponse> HandleAsync(Call call, GetInstanceAccessDetailsRequest request)
    {
        var check = new RequestCheck(call);
        var name = check.Name(request.InstanceName, "instanceName");
        if (request.Protocol is not null)
        {
            check.OneOf(request.Protocol, "protocol", "ssh", "rdp");
        }

        check.Done();
        var instance = new ResourceAccess<Domain.Instance>(call, ResourceKinds.Instance, name).Require(services.Store.View);
        var blueprint = Blueprints.Find(instance.BlueprintId);
        var protocol = request.Protocol ?? (blueprint?.Platform == Platform.Windows ? "rdp" : "ssh");
        return Task.FromResult(new GetInstanceAccessDetailsResponse
        {
            AccessDetails = new InstanceAccessDetails
            {
                InstanceName = instance.Name,
                Protocol = protocol,
                Username = blueprint?.Username ?? "",
                IpAddress = instance.PublicIpv4?.ToString(),
                Ipv6Addresses = instance.Ipv6Address is { } ipv6 ? [ipv6.ToString()] : [],
                PrivateKey = protocol == "ssh" ? PrivateKey(call, instance.KeyPairName) : null,
            },
        });
    }

    private string? PrivateKey(Call call, string keyPairName) =>
        services.Store.View.FindKeyPair(call.Scope, keyPairName)?.SealedPrivateKey is { } key ? Encoding.UTF8.GetString(services.Secrets.Open(key)) : null;
}
