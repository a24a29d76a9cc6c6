using Portlight.Console.Live;
using Portlight.Wire.Lightsail;
using Portlight.Wire.PortlightApi;

namespace Portlight.Console.Tests.Live;

public sealed class FleetWordsTests
{
    [Fact]
    public void What_most_instances_have_comes_first_and_each_word_finds_as_many_as_it_says()
    {
        InstanceView[] fleet =
        [
            View("a", "running", waits: true, new Tag { Key = "env", Value = "prod" }, new Tag { Key = "old" }),
            View("b", "running", waits: false, new Tag { Key = "env", Value = "prod" }, new Tag { Key = "note", Value = "two words" }),
            View("c", "stopped", waits: false, new Tag { Key = "portlight:public", Value = "25+587" }),
        ];

        var tags = FleetWords.Tags([.. fleet]);
        var states = FleetWords.States([.. fleet]);

        Assert.Equal([("tag:env=prod", 2), ("tag:old", 1), ("tag:portlight:public=25+587", 1)], tags);
        Assert.Equal([("is:running", 2), ("is:stopped", 1), ("is:waiting", 1)], states);
        Assert.All(tags.Concat(states), word => Assert.Equal(word.Instances, fleet.Count(FleetQuery.Parse(word.Word).Fits)));
    }

    private static InstanceView View(string name, string state, bool waits, params Tag[] tags) => new(new InstanceStatus
    {
        Name = name,
        RegionName = "us-east-1",
        AccountId = "111122223333",
        State = state,
        Tags = tags,
        DesiredRevision = 2,
        AppliedRevision = waits ? 1 : 2,
    });
}
