using Portlight.Domain;

namespace Portlight.Storage;

/// <summary>What a store does with the changes of a decision: one implementation for each kind of database.</summary>
internal interface IChangeWriter
{
    void Write(InstanceChange change);

    void Write(StaticIp staticIp);

    void Delete(StaticIp staticIp);

    void Write(KeyPair keyPair);

    void Delete(KeyPair keyPair);

    void Write(Operation operation);

    void Write(Account account);

    void Write(OpenRegion region);

    void Write(AccessKey key);
}
