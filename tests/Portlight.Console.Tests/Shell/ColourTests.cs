using Bunit;
using Portlight.Console.Live;
using Portlight.Console.Networking;
using Portlight.Console.Selection;
using Portlight.Console.Shell;
using Portlight.Wire.PortlightApi;

namespace Portlight.Console.Tests.Shell;

/// <summary>What differs in its colour differs in a word or a sign, too.</summary>
public sealed class ColourTests : BunitContext
{
    [Fact]
    public void Two_states_of_an_instance_that_have_other_colours_have_other_words()
    {
        InstanceStatus applied = new() { Name = "a", RegionName = "us-east-1", AccountId = "111122223333", State = "running", DesiredRevision = 2, AppliedRevision = 2 };
        InstanceStatus[] all =
        [
            applied, applied with { State = "stopped" }, applied with { AppliedRevision = 1 }, applied with { LastError = "no" }, applied with { NotFiltered = "no" }, applied with { StaleSince = DateTimeOffset.UnixEpoch },
            applied with { NotFiltered = "no", Attachment = new Attachment { Kind = "recorded" } },
        ];

        var shown = all.Select(status => Render<StateWord>(parameters => parameters.Add(word => word.Instance, new InstanceView(status))).Find(".state")).ToList();

        Assert.Equal(all.Length, shown.Select(state => state.TextContent).Distinct().Count());
        AssertWordsTellColours(shown.Select(state => (state.ClassName!, state.TextContent)));
    }

    [Fact]
    public void Two_kinds_of_change_that_have_other_colours_have_other_signs() =>
        AssertWordsTellColours(((string[])["opens", "closes", "widens", "narrows", "replaces"]).Select(kind => (EffectWords.Class(kind), EffectWords.Icon(kind))));

    [Fact]
    public void Two_states_of_a_change_of_several_have_other_words_and_another_colour_has_another_sign()
    {
        var states = Enum.GetValues<ChangeState>();

        Assert.Equal(states.Length, states.Select(ChangeWords.Of).Distinct().Count());
        AssertWordsTellColours(states.Select(ChangeWords.Sign).Select(sign => ($"{sign.Class} {sign.Pill}", sign.Icon)));
    }

    private static void AssertWordsTellColours(IEnumerable<(string Colour, string Word)> shown) =>
        Assert.All(shown.GroupBy(one => one.Word), word => Assert.Single(word.Select(one => one.Colour).Distinct()));
}
