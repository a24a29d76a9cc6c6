using Portlight.Api;
using Portlight.Storage;
using Portlight.Wire.Lightsail;

namespace Portlight.Lightsail;

/// <summary>One key pair with its tags and fingerprint.</summary>
internal sealed class GetKeyPair(IStore store) : IOperation<GetKeyPairRequest, GetKeyPairResponse>
{
    public Task<GetKeyPairResponse> HandleAsync(Call call, GetKeyPairRequest request)
    {
        var name = Requests.RequireName(call, request.KeyPairName, "keyPairName");
        return Task.FromResult(new GetKeyPairResponse { KeyPair = store.View.RequireKeyPair(call, name).ToFullWire() });
    }
}
