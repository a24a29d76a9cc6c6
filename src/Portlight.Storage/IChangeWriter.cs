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

    void Delete(AccessKey key);

    void Write(AccessKeyUse use);

    void Write(User user);

    void Delete(User user);

    void Write(Group group);

    void Delete(Group group);

    void Write(Role role);

    void Delete(Role role);

    void Write(ManagedPolicy policy);

    void Delete(ManagedPolicy policy);

    void Write(AuditEvent recorded);
}
