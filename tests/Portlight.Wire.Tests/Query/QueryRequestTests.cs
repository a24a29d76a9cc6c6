using System.Text;
using CsCheck;
using Portlight.Wire.Query;

namespace Portlight.Wire.Tests.Query;

/// <summary>Forms of the Query protocol: parameters, and lists counted from 1.</summary>
public sealed class QueryRequestTests
{
    [Fact]
    public void Parameters_are_percent_decoded_and_a_plus_is_a_blank()
    {
        var request = Parse("Action=CreateUser&Version=2010-05-08&UserName=a%2Bb+c&Path=%2Fops%2F&Empty=&Bare&%C3%A4=%E2%82%AC");
        Assert.Equal(("CreateUser", "2010-05-08", "a+b c", "/ops/"), (request.Action, request.Version, request.Find("UserName"), request.Find("Path")));
        Assert.Equal(("", "", "€", null), (request.Find("Empty"), request.Find("Bare"), request.Find("ä"), request.Find("None")));
    }

    [Theory]
    [InlineData("a=%")]
    [InlineData("a=%4")]
    [InlineData("a=%zz")]
    [InlineData("a=%FF")]
    [InlineData("a=%C3")]
    [InlineData("a=%ED%A0%80")] // half of a surrogate pair
    [InlineData("%FF=a")]
    [InlineData("a=1&a=2")]
    [InlineData("a=1&%61=2")] // the same name, written otherwise
    public void Whatever_could_be_read_in_two_ways_is_refused(string form)
    {
        Assert.False(QueryRequest.TryParse(Encoding.UTF8.GetBytes(form), out _, out var problem));
        Assert.StartsWith("the form ", problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "")]
    [InlineData("L=", "")] // how SDKs write an empty list
    [InlineData("L.member.1=a", "L.member.1")]
    [InlineData("L.member.2=b&L.member.1=a", "L.member.1 L.member.2")]
    [InlineData("L.member.1.Key=k&L.member.1.Value=v&L.member.2.Key=k", "L.member.1 L.member.2")]
    [InlineData("L.member.1.Deep.member.1=a&Long.member.7=b&LL=c", "L.member.1")]
    public void Lists_are_counted_from_one(string form, string entries)
    {
        Assert.True(Parse(form).TryList("L", out var found));
        Assert.Equal(entries, string.Join(' ', found));
    }

    [Fact]
    public void Lists_are_in_order_of_number_and_not_of_text()
    {
        Assert.True(Parse(string.Join('&', Enumerable.Range(1, 12).Reverse().Select(i => $"L.member.{i}={i}"))).TryList("L", out var found));
        Assert.Equal(Enumerable.Range(1, 12).Select(i => $"L.member.{i}"), found);
    }

    [Theory]
    [InlineData("L=a")]
    [InlineData("L=a&L.member.1=b")]
    [InlineData("L.1=a")]
    [InlineData("L.member=a")]
    [InlineData("L.member.=a")]
    [InlineData("L.member.0=a")]
    [InlineData("L.member.01=a")]
    [InlineData("L.member.-1=a")]
    [InlineData("L.member.%2B1=a")]
    [InlineData("L.member.+1=a")]
    [InlineData("L.member.1%20=a")]
    [InlineData("L.member.1%00=a")]
    [InlineData("L.member.x=a")]
    [InlineData("L.member.2=a")]
    [InlineData("L.member.1=a&L.member.3=c")]
    [InlineData("L.member.4294967297=a")]
    [InlineData("L.member.99999=a")]
    [InlineData("L.member.%D9%A1=a")] // a digit of another script
    [InlineData("L.Member.1=a")]
    [InlineData("L.entry.1=a")]
    public void A_list_that_is_not_counted_so_is_refused(string form)
    {
        Assert.False(Parse(form).TryList("L", out var found));
        Assert.Empty(found);
    }

    [Fact]
    public void What_was_encoded_is_read_back_whatever_it_is() =>
        Gen.Select(Gen.String.Where(IsText), Gen.String.Where(IsText)).Sample((name, value) =>
        {
            var read = Parse($"x{Uri.EscapeDataString(name)}={Uri.EscapeDataString(value)}");
            Assert.Equal(value, read.Find("x" + name));
        });

    private static bool IsText(string text) => text.EnumerateRunes().All(rune => rune != Rune.ReplacementChar);

    private static QueryRequest Parse(string form)
    {
        Assert.True(QueryRequest.TryParse(Encoding.UTF8.GetBytes(form), out var request, out var problem), problem);
        return request;
    }

    /// <summary>A form is taken apart before anybody knows who sent it.</summary>
    [Fact]
    public void A_form_of_very_many_parameters_is_refused_before_it_is_taken_apart()
    {
        static byte[] Form(int count) => Encoding.ASCII.GetBytes(string.Join('&', Enumerable.Range(0, count).Select(i => $"p{i}=")));
        Assert.True(QueryRequest.TryParse(Form(QueryRequest.MaxParameters), out _, out _));
        Assert.False(QueryRequest.TryParse(Form(QueryRequest.MaxParameters + 1), out _, out var problem));
        Assert.Equal("the form has more than 1000 parameters", problem);
    }
}
