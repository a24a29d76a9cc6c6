namespace Portlight.Cluster.Chaos;

/// <summary>What is wrong with an audit log is found.</summary>
public sealed class AuditedWritesTests
{
    private const string First = "11111111-2222-3333-4444-555555555555", Second = "66666666-7777-8888-9999-000000000000";

    [Fact]
    public void Each_acknowledged_write_once_is_right_beside_events_of_others()
    {
        var log = Read(Event(First), Event(Second), Event("99999999-7777-8888-9999-000000000000"), "{\"eventName\":\"GetInstance\"}");

        Assert.Empty(log.Missing);
        Assert.Empty(log.Repeated);
    }

    [Fact]
    public void A_write_without_an_event_is_missing() => Assert.Equal([Second], Read(Event(First)).Missing);

    [Fact]
    public void A_write_with_two_events_is_found() => Assert.Equal([First], Read(Event(First), Event(Second), Event(First)).Repeated);

    [Fact]
    public void Two_answers_that_name_one_operation_are_found()
    {
        var log = new AuditedWrites([First, First]);
        log.Read([Event(First)]);

        Assert.Equal([First], log.Repeated);
    }

    /// <summary>The log is read again and again until all is there.</summary>
    [Fact]
    public void What_was_read_before_is_not_counted_again()
    {
        var log = Read(Event(First));
        log.Read([Event(First), Event(Second)]);

        Assert.Empty(log.Missing);
        Assert.Empty(log.Repeated);
    }

    private static AuditedWrites Read(params string[] lines)
    {
        var log = new AuditedWrites([First, Second]);
        log.Read(lines);
        return log;
    }

    private static string Event(string id) =>
        "{\"eventName\":\"PutInstancePublicPorts\",\"responseElements\":{\"operation\":{\"id\":\"ID\",\"status\":\"Succeeded\"}},\"additionalEventData\":{\"id\":\"ID\"}}".Replace("ID", id, StringComparison.Ordinal);
}
