using System.Text;
using Portlight.Api;
using Portlight.Domain;
using Portlight.Wire;
using Portlight.Wire.Lightsail;

namespace Portlight.Lightsail;

/// <summary>
/// Deletes a key pair; instances that name it go on. The default key pair is deleted only by its fingerprint, and a new one takes its place in the same
/// commit: no region is ever without.
/// </summary>
internal sealed class DeleteKeyPair(Services services) : IOperation<DeleteKeyPairRequest, DeleteKeyPairResponse>
{
    public async Task<DeleteKeyPairResponse> HandleAsync(Call call, DeleteKeyPairRequest request)
    {
        var name = Requests.RequireName(call, request.KeyPairName, "keyPairName");
        var isDefault = name == Domain.KeyPair.DefaultName;
        if (isDefault && request.ExpectedFingerprint is null)
        {
            throw Requests.Invalid([new Problem("expectedFingerprint", "is missing; it is required to delete the default key pair")]);
        }

        var access = new ResourceAccess<Domain.KeyPair>(call, ResourceKinds.KeyPair, name);
        Domain.KeyPair? next = null;
        if (isDefault)
        {
            // Looked at again below; here it saves the work of making a key.
            call.AskAhead();
            RequireFingerprint(access.Require(services.Store.View), request.ExpectedFingerprint);
            next = NewDefault(call);
        }

        var operation = await services.Store.CommitAsync(call, (view, changes) =>
        {
            var keyPair = access.Require(view);
            RequireFingerprint(keyPair, request.ExpectedFingerprint);
            changes.Remove(keyPair);
            if (next is not null)
            {
                changes.Save(next);
            }

            var done = OperationShapes.Done(call, ResourceType.KeyPair, name, OperationShapes.NoZone, call.Operation);
            changes.Add(done);
            return done;
        });
        return new DeleteKeyPairResponse { Operation = operation.ToWire() };
    }

    private static void RequireFingerprint(Domain.KeyPair keyPair, string? expected)
    {
        if (expected is not null && expected != keyPair.Fingerprint)
        {
            throw new InvalidInputException($"expectedFingerprint: is not the fingerprint of the key pair {keyPair.Name}");
        }
    }

    private Domain.KeyPair NewDefault(Call call)
    {
        var made = SshKeyPair.Generate();
        return new Domain.KeyPair
        {
            Scope = call.Scope,
            Name = Domain.KeyPair.DefaultName,
            Id = Ids.Random(),
            CreatedAt = call.Now,
            PublicKey = made.PublicKey,
            Fingerprint = SshKeyPair.Fingerprint(made.PublicKey),
            SealedPrivateKey = services.Secrets.Seal(Encoding.UTF8.GetBytes(made.PrivateKey)),
        };
    }
}
