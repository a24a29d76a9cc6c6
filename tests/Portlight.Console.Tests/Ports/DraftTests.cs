using Portlight.Console.Ports;
using Portlight.Wire.PortlightApi;

namespace Portlight.Console.Tests.Ports;

public sealed class DraftTests
{
    private static readonly PortRule Ssh = new("tcp", 22, 22, ["0.0.0.0/0", "::/0"]);
    private static readonly PortRule Http = new("tcp", 80, 80, ["0.0.0.0/0"]);
    private static readonly PortRule Mail = new("tcp", 25, 25, ["192.0.2.0/24"]);

    [Fact]
    public void What_is_done_and_undone_is_no_change()
    {
        var draft = Draft.Of("tag", [Ssh, Http]);

        Assert.Equal(0, draft.Changes);
        Assert.Equal(0, draft.Set(0, Ssh with { Sources = ["192.0.2.7"] }).Undo(0).Changes);
        Assert.Equal(0, draft.Remove(1).Undo(1).Changes);
        Assert.Equal(0, draft.Add(Mail).Undo(2).Changes);
        Assert.Equal([Ssh, Http], draft.Add(Mail).Remove(2).Rules);
    }

    [Fact]
    public void Each_change_has_its_word()
    {
        var draft = Draft.Of("tag", [Ssh, Http, Mail])
            .Set(0, Ssh with { Sources = ["192.0.2.7", "2001:db8::/32"] })
            .Remove(1)
            .Set(2, Mail with { Sources = ["192.0.2.0/24", "198.51.100.0/24"] })
            .Add(new PortRule("udp", 53, 53, ["192.0.2.0/24"]));

        Assert.Equal([DraftChange.Narrows, DraftChange.Closes, DraftChange.Widens, DraftChange.Opens], draft.Rows.Select(row => row.Change));
        Assert.Equal(DraftChange.Replaces, draft.Set(2, Mail with { Sources = ["198.51.100.0/24"] }).Rows[2].Change);
    }

    [Fact]
    public void A_time_is_a_change_that_narrows_and_to_take_it_away_widens()
    {
        var draft = Draft.Of("tag", [Ssh, Mail]);

        Assert.Equal(DraftChange.Narrows, draft.Set(0, Ssh with { ExpiresInSeconds = 3600 }).Rows[0].Change);
        Assert.Equal(DraftChange.Narrows, draft.Set(0, Ssh with { Sources = ["192.0.2.7"], ExpiresInSeconds = 3600 }).Rows[0].Change);
        Assert.Equal(DraftChange.Widens, draft.Set(0, Ssh with { ExpiresInSeconds = 0 }).Rows[0].Change);
        Assert.Equal(DraftChange.Replaces, draft.Set(1, Mail with { Sources = ["0.0.0.0/0"], ExpiresInSeconds = 3600 }).Rows[1].Change);
        Assert.Equal(3600, Draft.Read(draft.Set(0, Ssh with { ExpiresInSeconds = 3600 }).ToText())!.Rules[0].ExpiresInSeconds);
    }

    [Fact]
    public void An_address_of_a_network_is_less_than_the_network() =>
        Assert.Equal([DraftChange.Narrows, DraftChange.Widens], Draft.Of("tag", [Mail, Mail with { FromPort = 1 }])
            .Set(0, Mail with { Sources = ["192.0.2.7"] }).Set(1, Mail with { FromPort = 1, Sources = ["192.0.0.0/16"] }).Rows.Select(row => row.Change));

    [Fact]
    public void An_earlier_set_is_a_draft_against_what_stands()
    {
        var draft = Draft.Of("tag", [Ssh, Http]).Add(new PortRule("tcp", 1, 1, [])).To([Http with { Sources = ["192.0.2.0/24"] }, Mail]);

        Assert.Equal([DraftChange.Closes, DraftChange.Narrows, DraftChange.Opens], draft.Rows.Select(row => row.Change));
        Assert.Equal(["80", "25"], draft.Rules.Select(rule => rule.Label));
    }

    [Fact]
    public void On_top_of_what_others_did_it_keeps_theirs_and_has_its_own()
    {
        var mine = Draft.Of("old", [Ssh, Http, Mail]).Set(0, Ssh with { Sources = ["192.0.2.7"] }).Remove(2).Add(new PortRule("tcp", 5432, 5432, ["192.0.2.40"]));
        var (wider, other) = (Http with { Sources = ["0.0.0.0/0", "::/0"] }, new PortRule("tcp", 9000, 9000, ["203.0.113.0/24"]));

        var merged = mine.OnTopOf("new", [Ssh, wider, Mail, other]);

        Assert.Equal("new", merged.EntityTag);
        Assert.Equal(["22 192.0.2.7", "80 0.0.0.0/0 ::/0", "5432 192.0.2.40", "9000 203.0.113.0/24"], merged.Rules.Select(rule => $"{rule.Label} {string.Join(' ', rule.Sources)}"));
        Assert.Equal(3, merged.Changes);
    }

    [Fact]
    public void What_others_have_closed_comes_back_only_where_the_draft_changes_it()
    {
        var mine = Draft.Of("old", [Ssh, Http, Mail]).Set(0, Ssh with { Sources = ["192.0.2.7"] }).Remove(2);

        var merged = mine.OnTopOf("new", []);

        Assert.Equal(["22"], merged.Rules.Select(rule => rule.Label));
        Assert.Equal([DraftChange.Opens], merged.Rows.Select(row => row.Change));
    }

    [Fact]
    public void It_is_read_back_as_it_was_kept_and_nothing_else_is_read()
    {
        var draft = Draft.Of("tag", [Ssh, Http]).Remove(1).Add(Mail);

        var read = Draft.Read(draft.ToText())!;

        Assert.Equal(draft.ToText(), read.ToText());
        Assert.Equal(2, read.Changes);
        Assert.All([null, "", "nonsense", "{}", "null", """{"EntityTag":"x","Rows":[{}]}"""], text => Assert.Null(Draft.Read(text)));
    }

    [Fact]
    public void A_problem_stands_at_the_row_and_source_that_the_server_means()
    {
        var draft = Draft.Of("tag", [Ssh, Http]).Remove(0).Set(1, Http with { Sources = ["2001:db8::/32", "192.0.2.0/24", "010.0.0.1"] });
        RequestProblem[] problems = [new() { Field = "portInfos[0].cidrs[1]", Message = "no address" }, new() { Field = "portInfos[0].toPort", Message = "too high" }];

        Assert.Equal([new("010.0.0.1", "no address")], DraftProblems.OfSources(draft, 1, problems));
        Assert.Equal(["too high"], DraftProblems.Others(draft, 1, problems));
        Assert.Empty(DraftProblems.OfSources(draft, 0, problems));
        Assert.Empty(DraftProblems.Others(draft, 0, problems));
    }

    [Fact]
    public void The_command_for_a_shell_holds_whatever_a_source_holds()
    {
        var command = AwsCommand.Put("web-1", [new PortRule("tcp", 22, 22, ["192.0.2.7", "it's"])]);

        Assert.Equal("""aws lightsail put-instance-public-ports --instance-name web-1 --port-infos '[{"fromPort":22,"toPort":22,"protocol":"tcp","cidrs":["192.0.2.7"],"cidrListAliases":["it'\''s"]}]'""", command);
    }

    [Theory]
    [InlineData("22", "tcp", 22, 22)]
    [InlineData(" 8080-8090 ", "tcp", 8080, 8090)]
    [InlineData("8080–8090", "udp", 8080, 8090)]
    [InlineData("all", "tcp", 0, 65535)]
    [InlineData("all", "icmp", -1, -1)]
    [InlineData("8", "icmp", 8, -1)]
    public void Ports_are_read_as_people_type_them(string text, string protocol, int from, int to)
    {
        Assert.True(PortRangeText.TryRead(text, protocol, out var first, out var last));
        Assert.Equal((from, to), (first, last));
        Assert.True(PortRangeText.TryRead(PortRangeText.Of(new PortRule(protocol, first, last, [])), protocol, out var again, out _));
        Assert.Equal(first, again);
    }

    [Theory]
    [InlineData("")]
    [InlineData("x")]
    [InlineData("-1")]
    [InlineData("65536")]
    [InlineData("90-80")]
    [InlineData("1-2-3")]
    public void What_is_no_port_is_none(string text) => Assert.False(PortRangeText.TryRead(text, "tcp", out _, out _));
}
