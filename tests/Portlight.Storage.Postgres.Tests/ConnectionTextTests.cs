namespace Portlight.Storage.Postgres.Tests;

public class ConnectionTextTests
{
    [Theory]
    [InlineData("", "names no `Host`")]
    [InlineData("Host=db", "names no `Database`")]
    [InlineData("Host=db;Database=p;Options=-c synchronous_commit=off", "has `Options`")]
    [InlineData("Host=db;Database=p;Multiplexing=true", "asks for `Multiplexing`")]
    [InlineData("Host=a,b;Database=p;Target Session Attributes=standby", "asks for a `Target Session Attributes`")]
    [InlineData("Host=a,b;Database=p;Load Balance Hosts=true", "asks for `Load Balance Hosts`")]
    public void What_cannot_be_made_safe_is_refused_with_the_reason(string text, string reason) =>
        Assert.Contains(reason, Assert.Throws<StoreException>(() => ConnectionText.Read(text)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("Host=db;Passwort=geheim")]
    [InlineData("Host=db;Password=geheim;Passwort=")]
    [InlineData("Host=db;Password='geheim")]
    [InlineData("Host=db;Password=geheim;Port=geheim")]
    public void No_refusal_repeats_a_password(string text) =>
        Assert.DoesNotContain("geheim", Assert.Throws<StoreException>(() => ConnectionText.Read(text)).ToString(), StringComparison.Ordinal);

    /// <summary>Each of these, as the operator wrote it, would have a write acknowledged that a failover loses, or a failover not followed.</summary>
    [Fact]
    public void What_safety_depends_on_is_set_whatever_the_string_says()
    {
        var read = ConnectionText.Read("Host=a,b;Database=p;Command Timeout=0;Cancellation Timeout=2000;Timeout=60;Host Recheck Seconds=60;Enlist=true;Include Error Detail=true;Persist Security Info=true");

        Assert.Equal((5, -1, 2, 1), (read.CommandTimeout, read.CancellationTimeout, read.Timeout, read.HostRecheckSeconds));
        Assert.Equal((false, false, false, "primary"), (read.Enlist, read.IncludeErrorDetail, read.PersistSecurityInfo, read.TargetSessionAttributes));
        Assert.Contains("synchronous_commit=on", read.Options, StringComparison.Ordinal);
        Assert.Contains("statement_timeout=0", read.Options, StringComparison.Ordinal);
    }
}
