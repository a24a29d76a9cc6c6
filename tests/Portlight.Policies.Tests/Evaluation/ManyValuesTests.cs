using static Portlight.Policies.Tests.Given;

namespace Portlight.Policies.Tests.Evaluation;

/// <summary>Keys with several values in the request: set operators as AWS documents them, plain operators by decision 0031.</summary>
public sealed class ManyValuesTests
{
    private static readonly Context Two = new Context().WithMany("aws:TagKeys", "team", "stage");

    [Theory]
    [InlineData("ForAllValues:StringEquals", """["team", "stage", "cost"]""", true)]
    [InlineData("ForAllValues:StringEquals", """["team"]""", false)]
    [InlineData("ForAnyValue:StringEquals", """["team", "cost"]""", true)]
    [InlineData("ForAnyValue:StringEquals", """["cost"]""", false)]
    [InlineData("ForAllValues:StringNotEquals", """["cost"]""", true)]
    [InlineData("ForAllValues:StringNotEquals", """["team"]""", false)]
    [InlineData("ForAnyValue:StringNotEquals", """["team"]""", true)]
    [InlineData("ForAnyValue:StringNotEquals", """["team", "stage"]""", false)]
    [InlineData("foranyvalue:stringlike", """["TEAM", "st*"]""", true)]
    public void A_set_operator_asks_all_or_any(string name, string values, bool holds)
    {
        var condition = If(name, "aws:TagKeys", values);
        Assert.Equal(holds, Allows(condition, Two));
        Assert.Equal(holds, Denies(condition, Two));
    }

    [Fact]
    public void Of_no_values_all_hold_and_none_does()
    {
        foreach (var none in new[] { new Context(), new Context().WithMany("aws:TagKeys"), new Context().With("aws:TagKeys", "") })
        {
            Assert.True(Allows("""{"ForAllValues:StringEquals": {"aws:TagKeys": "team"}}""", none));
            Assert.False(Allows("""{"ForAnyValue:StringEquals": {"aws:TagKeys": ["team", ""]}}""", none));
        }
    }

    [Fact]
    public void Null_closes_what_ForAllValues_leaves_open()
    {
        const string Condition = """{"ForAllValues:StringEquals": {"aws:TagKeys": ["team", "stage"]}, "Null": {"aws:TagKeys": "false"}}""";
        Assert.True(Allows(Condition, Two));
        Assert.False(Allows(Condition));
    }

    [Fact]
    public void A_plain_operator_allows_only_when_it_holds_for_every_value_and_denies_when_it_holds_for_one()
    {
        const string Inside = """{"IpAddress": {"portlight:SourceCidr": "10.0.0.0/8"}}""";
        const string Outside = """{"NotIpAddress": {"portlight:SourceCidr": "10.0.0.0/8"}}""";
        var mixed = new Context().WithMany("portlight:SourceCidr", "10.1.0.0/16", "0.0.0.0/0");
        var inside = new Context().WithMany("portlight:SourceCidr", "10.1.0.0/16", "10.2.0.0/16");
        Assert.False(Allows(Inside, mixed));
        Assert.True(Denies(Inside, mixed));
        Assert.False(Allows(Outside, mixed));
        Assert.True(Denies(Outside, mixed));
        Assert.True(Allows(Inside, inside));
        Assert.False(Denies(Outside, inside));
    }

    [Fact]
    public void A_list_without_values_is_a_key_that_is_missing()
    {
        var none = new Context().WithMany("portlight:SourceCidr");
        Assert.False(Allows("""{"IpAddress": {"portlight:SourceCidr": "0.0.0.0/0"}}""", none));
        Assert.True(Denies("""{"NotIpAddress": {"portlight:SourceCidr": "0.0.0.0/0"}}""", none));
        Assert.True(Allows("""{"IpAddressIfExists": {"portlight:SourceCidr": "10.0.0.0/8"}}""", none));
    }
}
