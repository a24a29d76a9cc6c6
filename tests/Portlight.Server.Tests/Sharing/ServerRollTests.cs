using System.Collections.Immutable;
using Portlight.Domain;
using Portlight.Fleet;

namespace Portlight.Server.Tests.Sharing;

/// <summary>Which servers of a database are there, by what each writes of itself.</summary>
public sealed class ServerRollTests
{
    private static readonly DateTimeOffset Start = new(2026, 11, 27, 3, 0, 0, TimeSpan.Zero);

    private readonly ServerRoll _roll = new("own");

    [Fact]
    public void A_server_is_gone_when_it_has_said_nothing_while_this_one_said_so_three_times_and_there_when_it_says_so_again()
    {
        Note(0, 0);
        for (var beat = 1; beat <= 3; beat++)
        {
            Note(beat, 0);
            Assert.True(_roll.IsThere("other"));
        }

        Note(4, 0);
        Assert.False(_roll.IsThere("other"));
        Note(4, 1);
        Assert.True(_roll.IsThere("other"));
    }

    [Fact]
    public void The_other_servers_are_listed_with_whether_they_are_there()
    {
        Note(0, 0);
        Assert.Equal([("other", true)], _roll.Others.Select(one => (one.Server.Id, one.IsThere)));
        for (var beat = 1; beat <= 4; beat++)
        {
            Note(beat, 0);
        }

        Assert.Equal([("other", false)], _roll.Others.Select(one => (one.Server.Id, one.IsThere)));
    }

    [Fact]
    public void While_nothing_can_be_stored_nobody_is_taken_for_gone()
    {
        Note(0, 0);
        for (var look = 0; look < 100; look++)
        {
            Note(0, 0);
        }

        Assert.True(_roll.IsThere("other"));
        Assert.True(_roll.IsThere("own"));
        Assert.False(_roll.IsThere("unheard-of"));
    }

    [Fact]
    public void Where_agents_reach_the_servers_is_told_when_it_changes_and_only_then()
    {
        Note(0, 0);
        var (addresses, changed) = _roll.Agents;
        Assert.Equal([new Uri("https://192.0.2.1:8581"), new Uri("https://192.0.2.2:8581")], addresses);
        Note(1, 1);
        Assert.False(changed.IsCompleted);
        _roll.Note([new ServingServer("own", [new Uri("https://192.0.2.1:8581")], Start)]);
        Assert.True(changed.IsCompleted);
        Assert.Single(_roll.Agents.Addresses);
    }

    private void Note(int own, int other) => _roll.Note(
    [
        new ServingServer("own", [new Uri("https://192.0.2.1:8581")], Start.AddSeconds(own)),
        new ServingServer("other", [new Uri("https://192.0.2.2:8581")], Start.AddDays(other)),
    ]);
}
