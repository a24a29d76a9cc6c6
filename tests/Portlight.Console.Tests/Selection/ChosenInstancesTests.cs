using Portlight.Console.Live;
using Portlight.Console.Selection;
using Portlight.Wire.PortlightApi;

namespace Portlight.Console.Tests.Selection;

public sealed class ChosenInstancesTests
{
    private static readonly FleetSnapshot Fleet = new() { Instances = [.. "abcdef".Select(letter => Instance(letter.ToString()))], IsRead = true };

    private readonly ChosenInstances _chosen = new();

    [Fact]
    public void One_is_chosen_and_let_go_by_the_same_click()
    {
        _chosen.Turn("b", isRange: false, Shown("abcdef"));
        Assert.Equal("b", Names());

        _chosen.Turn("b", isRange: false, Shown("abcdef"));
        Assert.Equal("", Names());
    }

    [Theory]
    [InlineData("b", "e", "bcde")]
    [InlineData("e", "b", "bcde")]
    [InlineData("b", "b", "")]
    public void A_range_is_all_from_the_last_one_to_this_one_as_they_are_listed(string from, string to, string chosen)
    {
        _chosen.Turn(from, isRange: false, Shown("abcdef"));

        _chosen.Turn(to, isRange: true, Shown("abcdef"));

        Assert.Equal(chosen, Names());
    }

    [Fact]
    public void A_range_goes_by_the_order_of_the_list_and_lets_go_what_it_is_ended_on()
    {
        _chosen.TurnAll(Shown("abcdef"));
        _chosen.Turn("f", isRange: false, Shown("fedcba"));

        _chosen.Turn("d", isRange: true, Shown("fedcba"));

        Assert.Equal("abc", Names());
    }

    [Fact]
    public void Without_a_last_one_in_sight_a_range_is_one_alone()
    {
        _chosen.Turn("a", isRange: false, Shown("abcdef"));

        _chosen.Turn("e", isRange: true, Shown("def"));

        Assert.Equal("ae", Names());
    }

    [Fact]
    public void All_that_are_listed_are_chosen_beside_those_out_of_sight_and_let_go_again()
    {
        _chosen.Turn("a", isRange: false, Shown("abcdef"));
        _chosen.TurnAll(Shown("cd"));
        Assert.Equal("acd", Names());
        Assert.True(_chosen.HoldsAll(Shown("cd")));
        Assert.False(_chosen.HoldsAll(Shown("cde")));
        Assert.False(_chosen.HoldsAll([]));

        _chosen.TurnAll(Shown("cd"));

        Assert.Equal("a", Names());
    }

    [Fact]
    public void What_is_gone_from_the_fleet_is_not_among_the_chosen()
    {
        _chosen.TurnAll(Shown("abc"));

        Assert.Equal(["a", "c"], _chosen.Among(Fleet with { Instances = Fleet.Instances.RemoveAt(1) }).Select(instance => instance.Name));
    }

    private string Names() => string.Concat(_chosen.Among(Fleet).Select(instance => instance.Name));

    private static List<ListedInstance> Shown(string names) => [.. names.Select((letter, place) => new ListedInstance(place, Instance(letter.ToString())))];

    private static InstanceView Instance(string name) =>
        new(new InstanceStatus { Name = name, RegionName = "us-east-1", AccountId = "111122223333", State = "running", PortStates = [], DesiredRevision = 1, AppliedRevision = 1 });
}
