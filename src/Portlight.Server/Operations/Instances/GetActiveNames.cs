using Portlight.Domain;
using Portlight.Storage;
using Portlight.Wire.Lightsail;

namespace Portlight.Server.Operations.Instances;

/// <summary>Every name in use in the region, in order of name: instances, static IPs and key pairs share one namespace. The default key pair is left out.</summary>
internal sealed class GetActiveNames(IStore store) : IOperation<GetActiveNamesRequest, GetActiveNamesResponse>
{
    public Task<GetActiveNamesResponse> HandleAsync(Call call, GetActiveNamesRequest request)
    {
        var after = Paging.ReadPosition(call, request.PageToken, ResourceName.IsValid) ?? "";
        var view = store.View;
        var names = view.ListInstances(call.Scope, afterIndex: 0, int.MaxValue).Select(instance => instance.Name)
            .Concat(view.ListStaticIps(call.Scope, afterName: "", int.MaxValue).Select(staticIp => staticIp.Name))
            .Concat(view.ListKeyPairs(call.Scope, afterName: "", int.MaxValue).Select(keyPair => keyPair.Name).Where(name => name != Domain.KeyPair.DefaultName))
            .Where(name => string.CompareOrdinal(name, after) > 0)
            .Order(StringComparer.Ordinal)
            .Take(Paging.PageSize + 1)
            .ToList();
        var (page, next) = Paging.Cut(call, names, name => name);
        return Task.FromResult(new GetActiveNamesResponse { ActiveNames = page, NextPageToken = next });
    }
}
