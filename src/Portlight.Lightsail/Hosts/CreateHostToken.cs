using Portlight.Api;
using Portlight.Certificates;
using Portlight.Domain;
using Portlight.Fleet;
using Portlight.Wire;
using Portlight.Wire.PortlightApi;

namespace Portlight.Lightsail;

/// <summary>
/// Makes a token for one host, of use once and for an hour. For a host that has joined it is the way back of a machine that has lost its key; what it had before is of no
/// use once the token has been used.
/// </summary>
internal sealed class CreateHostToken(Services services) : IOperation<CreateHostTokenRequest, CreateHostTokenResponse>
{
    public async Task<CreateHostTokenResponse> HandleAsync(Call call, CreateHostTokenRequest request)
    {
        var name = HostAccess.RequireName(call, request.HostName);
        var zone = ReadZone(request.AvailabilityZone);
        var access = HostAccess.Of(call, name);
        call.AskAhead();
        access.Find(services.Store.View);
        HostAccess.RefuseLocal(name);
        var door = services.Hosts.Door ?? throw new InvalidInputException("this server takes no agents of other machines: start it with --agents https://ADDRESS:8581, the address that they reach it by");
        var token = JoinToken.Create(door.Pin, services.Hosts.AgentAddresses);
        var expiresAt = call.Now + HostTokens.Lifetime;
        var host = await services.Store.CommitAsync(call, (view, changes) =>
        {
            var current = access.Find(view);
            if (current?.State == HostState.Revoked)
            {
                throw new InvalidInputException($"the host {name} is revoked: remove it first (`portlight host remove {name}`), or give the machine another name");
            }

            var saved = (current ?? new Host { Name = name, Zone = zone ?? services.Home.Region + "a", State = HostState.Joining, CreatedAt = call.Now }) with
            {
                Token = new HostToken(token.Id, Convert.ToHexStringLower(token.SecretHash), expiresAt),
            };
            saved = zone is null ? saved : saved with { Zone = zone };
            changes.Save(saved);
            return saved;
        });
        return new CreateHostTokenResponse { Host = host.ToWire(services), Token = token.ToText(), ExpiresAt = expiresAt };
    }

    private static string? ReadZone(string? zone) => zone is null || Regions.All.Any(region => region.Zones.Contains(zone))
        ? zone
        : throw Requests.Invalid([new Problem("availabilityZone", $"`{UserText.Excerpt(zone)}` is no zone of Lightsail, as us-east-1a is")]);
}
