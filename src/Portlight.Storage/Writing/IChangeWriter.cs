using Portlight.Domain;

namespace Portlight.Storage;

/// <summary>What a store does with the changes of a write: one implementation for each kind of database. What was stored before is handed along.</summary>
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

    void Write(Host host);

    void Delete(HostRemoval removal);

    void Write(AccessKey key);

    void Delete(AccessKey key);

    void Write(AccessKeyUse use);

    void Write(User user, User? before);

    void Delete(User user, User? before);

    void Write(Group group, Group? before);

    void Delete(Group group, Group? before);

    void Write(Role role, Role? before);

    void Delete(Role role, Role? before);

    void Write(ManagedPolicy policy);

    void Delete(ManagedPolicy policy);

    void Write(AuditEvent recorded);
}
