using System.Text;

namespace Portlight.Storage.Sqlite.Tests.Json;

/// <summary>What many rows say in the same words is one object, and never another's.</summary>
public sealed class RepeatedTests
{
    [Fact]
    public void The_same_words_are_the_same_object_and_other_words_are_not()
    {
        var texts = new Repeated<string>(16);
        Assert.Null(texts.Find("us-east-1"u8));
        var kept = texts.Keep("us-east-1"u8, new string("us-east-1"));

        Assert.Same(kept, texts.Find("us-east-1"u8));
        Assert.Null(texts.Find("us-east-2"u8));
    }

    [Fact]
    public void What_takes_the_place_of_another_is_not_taken_for_it_whichever_thread_asks()
    {
        var texts = new Repeated<string>(4);
        Parallel.For(0, 40_000, number =>
        {
            var words = $"eu-{number % 40}";
            var utf8 = Encoding.UTF8.GetBytes(words);
            Assert.Equal(words, texts.Find(utf8) ?? texts.Keep(utf8, words));
        });
    }

    [Fact]
    public void Long_words_are_not_remembered()
    {
        var texts = new Repeated<string>(4);
        texts.Keep(new byte[1_000], "long");
        Assert.Null(texts.Find(new byte[1_000]));
    }

    [Fact]
    public void Instances_with_the_same_ports_share_them_and_their_scope()
    {
        var body = """{"name":"a","index":1,"zone":"us-east-1a","attachment":{"kind":"lab"},"ports":["tcp 22",{"protocol":"udp","from":53,"ipv4":["192.0.2.0/24"]}]}"""u8;
        var scope = ScopeColumn.Read("111122223333/us-east-1"u8);
        var (one, two) = (InstanceJson.Read(body, scope, 1), InstanceJson.Read(body, ScopeColumn.Read("111122223333/us-east-1"u8), 2));

        Assert.Same(one.Ports, two.Ports);
        Assert.Same(one.AvailabilityZone, two.AvailabilityZone);
        Assert.Same(one.Scope.AccountId, two.Scope.AccountId);
        Assert.Equal("53/udp from 192.0.2.0/24", one.Ports.Rules[1].ToString());
        Assert.True(one.Ports.Rules[0].IsFromEverywhere);
    }
}
