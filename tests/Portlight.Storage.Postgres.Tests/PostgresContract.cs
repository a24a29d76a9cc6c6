using Portlight.Storage.Contract;

namespace Portlight.Storage.Postgres.Tests;

public sealed class PostgresDecisions : DecisionContract<PostgresSource>;

public sealed class PostgresPreparations : PreparationContract<PostgresSource>;

public sealed class PostgresReads : ReadContract<PostgresSource>;

public sealed class PostgresOperations : OperationContract<PostgresSource>;

public sealed class PostgresHosts : HostContract<PostgresSource>;

public sealed class PostgresIdentities : IdentityContract<PostgresSource>;

public sealed class PostgresIdentityUses : IdentityUseContract<PostgresSource>;

public sealed class PostgresAudit : AuditContract<PostgresSource>;

public sealed class PostgresAuditRecords : AuditRecordContract<PostgresSource>;

public sealed class PostgresModel : ModelContract<PostgresSource>;
