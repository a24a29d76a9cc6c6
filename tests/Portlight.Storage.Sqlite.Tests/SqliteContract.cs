using Portlight.Storage.Contract;

namespace Portlight.Storage.Sqlite.Tests;

public sealed class SqliteDecisions : DecisionContract<SqliteSource>;

public sealed class SqlitePreparations : PreparationContract<SqliteSource>;

public sealed class SqliteReads : ReadContract<SqliteSource>;

public sealed class SqliteOperations : OperationContract<SqliteSource>;

public sealed class SqliteHosts : HostContract<SqliteSource>;

public sealed class SqliteIdentities : IdentityContract<SqliteSource>;

public sealed class SqliteIdentityUses : IdentityUseContract<SqliteSource>;

public sealed class SqliteAudit : AuditContract<SqliteSource>;

public sealed class SqliteAuditRecords : AuditRecordContract<SqliteSource>;

public sealed class SqliteModel : ModelContract<SqliteSource>;
