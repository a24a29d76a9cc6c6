using Portlight.Console.Activity;
using Portlight.Wire.PortlightApi;

namespace Portlight.Console.Tests.Activity;

public sealed class ActivityGroupTests
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 26, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void What_somebody_was_refused_again_and_again_is_one_line_with_all_that_it_was_about()
    {
        Wire.PortlightApi.Activity[] newestFirst =
        [
            Refused("ci", "DeleteInstance", "db-3", 9), Refused("ci", "DeleteInstance", "db-2", 8), Refused("ci", "DeleteInstance", "db-3", 7),
            Refused("ci", "StopInstance", "db-3", 6), Refused("bob", "StopInstance", "db-3", 5),
        ];

        var groups = ActivityGroup.Of(newestFirst);

        Assert.Equal(["ci DeleteInstance 3 db-3 db-2", "ci StopInstance 1 db-3", "bob StopInstance 1 db-3"], groups.Select(group => $"{group.Newest.By.Name} {group.Newest.EventName} {group.Times} {string.Join(' ', group.Things.Select(thing => thing.Name))}"));
        Assert.Equal((Noon.AddMinutes(9), Noon.AddMinutes(7)), (groups[0].Newest.At, groups[0].Oldest));
    }

    [Fact]
    public void What_was_done_stays_a_line_for_each_because_each_can_be_undone()
    {
        var done = Refused("ci", "StartInstance", "db-3", 1) with { ErrorCode = null };

        Assert.Equal([1, 1], ActivityGroup.Of([done, done]).Select(group => group.Times));
    }

    private static Wire.PortlightApi.Activity Refused(string who, string what, string instance, int minute) => new()
    {
        EventId = $"{minute}",
        At = Noon.AddMinutes(minute),
        By = new Actor { Name = who, SourceIpAddress = "192.0.2.200" },
        EventName = what,
        EventSource = "lightsail.amazonaws.com",
        ErrorCode = "AccessDenied",
        Resources = [new(ActivityWords.Instance, instance)],
    };
}
