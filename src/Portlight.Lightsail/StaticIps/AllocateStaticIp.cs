using Portlight.Api;
using Portlight.Domain;
using Portlight.Wire;
using Portlight.Wire.Lightsail;

namespace Portlight.Lightsail;

/// <summary>Reserves a public IPv4 address under a name.</summary>
internal sealed class AllocateStaticIp(Services services) : IOperation<AllocateStaticIpRequest, AllocateStaticIpResponse>
{
    public async Task<AllocateStaticIpResponse> HandleAsync(Call call, AllocateStaticIpRequest request)
    {
        var name = Requests.RequireName(call, request.StaticIpName, "staticIpName");
        var operation = await services.Store.CommitAsync(call, (view, changes) =>
        {
            if (view.IsNameTaken(call.Scope, name))
            {
                throw Requests.NameTaken(name);
            }

            var quota = services.Options.StaticIpQuota;
            if (quota > 0 && view.CountStaticIps(call.Scope) >= quota)
            {
                throw new InvalidInputException("Sorry, you have reached the maximum number of static IP addresses.")
                {
                    Tip = "the operator of this installation sets the limit with --static-ip-quota",
                };
            }

            changes.Save(new Domain.StaticIp
            {
                Scope = call.Scope,
                Name = name,
                Id = Ids.Random(),
                CreatedAt = call.Now,
                Address = new AddressDraw(view, services.Options).PublicIpv4(changes.NewIndex()),
            });
            var done = OperationShapes.Done(call, ResourceType.StaticIp, name, OperationShapes.NoZone, call.Operation);
            changes.Add(done);
            return done;
        });
        return new AllocateStaticIpResponse { Operations = [operation.ToWire()] };
    }
}
