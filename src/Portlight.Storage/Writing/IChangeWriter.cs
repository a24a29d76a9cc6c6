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

    void Write(in OperationChange change);

    /// <summary>Forgets an operation that another store has forgotten.</summary>
    void DeleteOperation(Guid id);

    void Write(Account account);

    void Write(OpenRegion region);

    void Write(Host host);

    void Delete(HostRemoval removal);

    /// <summary>Of a host that another store has removed; its operations come as they are.</summary>
    void Delete(Host host);

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
