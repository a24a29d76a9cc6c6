using Portlight.Api;
using Portlight.Domain;
using Portlight.Storage;
using Portlight.Wire;
using Portlight.Wire.Lightsail;

namespace Portlight.Lightsail;

/// <summary>Key pairs on the wire.</summary>
internal static class KeyPairShapes
{
    /// <summary>Key pairs in one region of one account. The real service's number is not known.</summary>
    private const int MostInRegion = 1000;

    /// <summary>As CreateKeyPair shows it: no tags and no fingerprint.</summary>
    public static Wire.Lightsail.KeyPair ToWire(this Domain.KeyPair keyPair) => new()
    {
        Name = keyPair.Name,
        Arn = keyPair.Arn,
        SupportCode = $"{keyPair.Scope.AccountId}/{keyPair.Name}",
        CreatedAt = keyPair.CreatedAt,
        Location = new ResourceLocation { AvailabilityZone = OperationShapes.NoZone, RegionName = keyPair.Scope.Region },
        ResourceType = nameof(ResourceType.KeyPair),
    };

    /// <summary>As the reads show it.</summary>
    public static Wire.Lightsail.KeyPair ToFullWire(this Domain.KeyPair keyPair) =>
        keyPair.ToWire() with { Tags = keyPair.Tags.ToWire(), Fingerprint = keyPair.Fingerprint };

    public static Domain.KeyPair RequireKeyPair(this IStoreView view, Call call, string name) =>
        view.FindKeyPair(call.Scope, name) ?? throw new NotFoundException($"The KeyPair does not exist: {name}");

    /// <summary>Saves a new key pair and the record of it.</summary>
    public static Domain.Operation Add(Call call, IStoreView view, Changes changes, Domain.KeyPair keyPair)
    {
        if (view.IsNameTaken(call.Scope, keyPair.Name))
        {
            throw Requests.NameTaken(keyPair.Name);
        }

        if (view.CountKeyPairs(call.Scope) >= MostInRegion)
        {
            throw new InvalidInputException($"the region has {MostInRegion} key pairs, which is as many as it may have; delete one first");
        }

        changes.Save(keyPair);
        var done = OperationShapes.Done(call, ResourceType.KeyPair, keyPair.Name, OperationShapes.NoZone, call.Operation);
        changes.Add(done);
        return done;
    }
}
