using Npgsql;

namespace Portlight.Storage.Postgres;

/// <summary>Connections to a database, of a connection string that was made safe.</summary>
internal static class LogSource
{
    /// <exception cref="StoreException">The string cannot be used.</exception>
    public static NpgsqlDataSource Of(string connectionText)
    {
        var builder = new NpgsqlSlimDataSourceBuilder(ConnectionText.Read(connectionText).ConnectionString);
        builder.EnableArrays();
        builder.EnableTransportSecurity();
        return builder.ConnectionStringBuilder.TargetSessionAttributes is null ? builder.Build() : builder.BuildMultiHost().WithTargetSession(TargetSessionAttributes.Primary);
    }
}
