namespace Portlight.Cluster.Machines;

/// <summary>A Patroni that needs somebody is told from one that goes on.</summary>
public sealed class PatroniLogTests
{
    private const string Failure = "2026-11-27 09:56:03,107 INFO: Unexpected exception raised, please report it as a BUG\n2026-11-27 09:56:03,208 INFO: Still starting up as a standby.\n";
    private const string Round = "2026-11-27 09:55:52,040 INFO: no action. I am (one), the leader with the lock\n";

    [Fact]
    public void One_whose_last_rounds_have_all_failed_is_stuck_until_that_is_over()
    {
        var path = Path.GetTempFileName();
        try
        {
            var log = new PatroniLog(path);
            Assert.False(log.IsStuck);
            File.AppendAllText(path, Round + string.Concat(Enumerable.Repeat(Failure, 9)));
            Assert.False(log.IsStuck);
            File.AppendAllText(path, Failure);
            Assert.True(log.IsStuck);
            log.Forget();
            Assert.False(log.IsStuck);
            File.AppendAllText(path, string.Concat(Enumerable.Repeat(Failure, 12)));
            Assert.True(log.IsStuck);
            File.AppendAllText(path, Round);
            Assert.False(log.IsStuck);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void One_without_a_log_is_not() => Assert.False(new PatroniLog("/nowhere/patroni.log").IsStuck);
}
