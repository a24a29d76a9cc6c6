using Portlight.Api;
using Portlight.Storage;
using Portlight.Wire.Lightsail;

namespace Portlight.Lightsail;

/// <summary>Keeps a public key that the caller has the private half of.</summary>
internal sealed class ImportKeyPair(IStore store) : IOperation<ImportKeyPairRequest, ImportKeyPairResponse>
{
    public async Task<ImportKeyPairResponse> HandleAsync(Call call, ImportKeyPairRequest request)
    {
        var check = new RequestCheck(call);
        var name = check.Name(request.KeyPairName, "keyPairName");
        if (!OpenSshPublicKey.TryRead(request.PublicKeyBase64, out var line, out var problem))
        {
            check.Refuse("publicKeyBase64", problem);
        }

        check.Done();
        var keyPair = new Domain.KeyPair
        {
            Scope = call.Scope,
            Name = name,
            Id = Ids.Random(),
            CreatedAt = call.Now,
            PublicKey = line!,
            Fingerprint = SshKeyPair.Fingerprint(line!),
        };
        var operation = await store.CommitAsync(call, (view, changes) => KeyPairShapes.Add(call, view, changes, keyPair));
        return new ImportKeyPairResponse { Operation = operation.ToWire() };
    }
}
