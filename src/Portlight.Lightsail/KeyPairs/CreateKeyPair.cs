using Portlight.Api;
using Portlight.Domain;
using Portlight.Storage;
using Portlight.Wire.Lightsail;

namespace Portlight.Lightsail;

/// <summary>Makes a key pair. The private key is in this answer and kept nowhere.</summary>
internal sealed class CreateKeyPair(IStore store) : IOperation<CreateKeyPairRequest, CreateKeyPairResponse>
{
    public async Task<CreateKeyPairResponse> HandleAsync(Call call, CreateKeyPairRequest request)
    {
        var check = new RequestCheck(call);
        var name = check.Name(request.KeyPairName, "keyPairName");
        var tags = Domain.Tags.Add(Domain.Tags.None, request.Tags.ToInput(), "tags", check.Problems);
        check.Done();
        Authorization.RequireAll(call, RequestTags.Questions(call, new AccessQuestion(call.Entry!.Action, Authorization.AccountResource(call)), ResourceType.KeyPair, tags));
        if (store.View.IsNameTaken(call.Scope, name))
        {
            throw Requests.NameTaken(name); // looked at again below; here it saves the work of making a key
        }

        var made = SshKeyPair.Generate();
        var keyPair = new Domain.KeyPair
        {
            Scope = call.Scope,
            Name = name,
            Id = Ids.Random(),
            CreatedAt = call.Now,
            PublicKey = made.PublicKey,
            Fingerprint = SshKeyPair.Fingerprint(made.PublicKey),
            Tags = tags,
        };
        var operation = await store.CommitAsync(call, (view, changes) => KeyPairShapes.Add(call, view, changes, keyPair));
        return new CreateKeyPairResponse
        {
            KeyPair = keyPair.ToWire(),
            PublicKeyBase64 = made.PublicKey,
            PrivateKeyBase64 = made.PrivateKey,
            Operation = operation.ToWire(),
        };
    }
}
