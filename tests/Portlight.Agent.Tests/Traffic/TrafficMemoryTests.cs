using System.Net;
using Portlight.Agent.Traffic;
using Portlight.AgentProtocol;
using Portlight.Domain;

namespace Portlight.Agent.Tests.Traffic;

/// <summary>What is remembered of counters that are read now and then.</summary>
public sealed class TrafficMemoryTests : IDisposable
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);
    private static readonly CountedPart Ssh = new(NetworkProtocol.Tcp, 22, IPAddress.Any), Web = new(NetworkProtocol.Tcp, 443, IPAddress.IPv6Any);
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("portlight-traffic-");
    private readonly TrafficMemory _memory = new();

    public void Dispose() => _directory.Delete(recursive: true);

    [Fact]
    public void What_is_more_than_at_the_look_before_is_of_the_quarter_between()
    {
        _memory.Note(1, Noon, 100, [(Ssh, 50)]);
        _memory.Note(1, Noon.AddMinutes(15), 103, [(Ssh, 57)]);
        _memory.Note(1, Noon.AddMinutes(20), 103, [(Ssh, 58)]);
        _memory.Note(1, Noon.AddMinutes(30), 104, [(Ssh, 58)]);

        var told = Read(Noon.AddMinutes(31));
        // What was counted before the first look may be of any time.
        Assert.Equal([null, 3, 1, null], told.Refused[^4..]);
        Assert.Equal([null, 7, 1, null], told.Parts[0].LetIn[^4..]);
        Assert.Equal((96, 96), (told.Refused.Length, told.Parts[0].LetIn.Length));
        Assert.Equal((Noon, Noon.AddMinutes(20)), (told.Parts[0].Since, told.Parts[0].UsedAt));
    }

    [Fact]
    public void A_quarter_without_packets_is_zero_and_one_in_which_nobody_looked_is_absent()
    {
        _memory.Note(1, Noon, 0, [(Ssh, 0)]);
        _memory.Note(1, Noon.AddMinutes(15), 0, [(Ssh, 0)]);
        // Nobody looked for an hour. It was used, and when is not known.
        _memory.Note(1, Noon.AddMinutes(75), 9, [(Ssh, 9)]);
        _memory.Note(1, Noon.AddMinutes(90), 9, [(Ssh, 9)]);

        var told = Read(Noon.AddMinutes(89));
        Assert.Equal([0, null, null, null, null, 0], told.Refused[^6..]);
        Assert.Equal([0, null, null, null, null, 0], told.Parts[0].LetIn[^6..]);
        Assert.Equal(Noon.AddMinutes(75), told.Parts[0].UsedAt);
    }

    [Fact]
    public void A_counter_that_says_less_than_before_has_begun_anew()
    {
        _memory.Note(1, Noon, 100, [(Ssh, 50)]);
        _memory.Note(1, Noon.AddMinutes(15), 2, [(Ssh, 1)]);

        var told = Read(Noon.AddMinutes(1));
        Assert.Equal((2, 1), (told.Refused[^1], told.Parts[0].LetIn[^1]));
    }

    [Fact]
    public void What_was_not_there_at_the_last_look_at_everything_has_counted_nothing_before_it()
    {
        _memory.NoteAll(Noon);
        _memory.Note(1, Noon.AddMinutes(10), 4, [(Ssh, 3)]);
        _memory.Note(1, Noon.AddMinutes(12), 4, [(Ssh, 3), (Web, 2)]);

        var told = Read(Noon.AddMinutes(13));
        Assert.Equal(4, told.Refused[^1]);
        Assert.Equal([(22, 3L, Noon.AddMinutes(10)), (443, 2L, Noon.AddMinutes(12))], told.Parts.Select(part => (part.Port, part.LetIn[^1]!.Value, part.Since)));
        Assert.All(told.Parts, part => Assert.Equal(part.Since, part.UsedAt));
    }

    [Fact]
    public void An_element_that_is_gone_for_longer_than_a_look_is_forgotten_and_counted_anew_when_it_comes_back()
    {
        _memory.Note(1, Noon, 0, [(Ssh, 5)]);
        _memory.Note(1, Noon.AddMinutes(15), 0, []); // the table was being made anew
        Assert.Equal(Noon, Assert.Single(Read(Noon.AddMinutes(15)).Parts).Since);
        _memory.Note(1, Noon.AddMinutes(30), 0, []);
        Assert.Empty(Read(Noon.AddMinutes(30)).Parts);
        _memory.Note(1, Noon.AddMinutes(45), 0, [(Ssh, 0)]);
        Assert.Equal((Noon.AddMinutes(45), null), Assert.Single(Read(Noon.AddMinutes(45)).Parts) is var part ? (part.Since, part.UsedAt) : default);
    }

    [Fact]
    public void A_day_is_remembered_and_no_more_but_for_when_it_was_used_last()
    {
        _memory.NoteAll(Noon);
        for (var minutes = 5; minutes <= 26 * 60; minutes += 15)
        {
            _memory.Note(1, Noon.AddMinutes(minutes), 0, [(Ssh, 1)]);
        }

        var told = Read(Noon.AddHours(26));
        Assert.Equal(Noon.AddMinutes(5), told.Parts[0].UsedAt);
        Assert.DoesNotContain(1L, told.Parts[0].LetIn);
        Assert.Equal(94, told.Refused.Count(packets => packets == 0)); // the newest two were not looked at yet
    }

    [Fact]
    public void A_clock_that_was_ahead_for_a_while_costs_what_was_counted_then_and_nothing_after()
    {
        var ahead = Noon.AddDays(30);
        _memory.Note(1, ahead, 0, [(Ssh, 0)]);
        _memory.Note(1, ahead.AddMinutes(15), 5, [(Ssh, 5)]);
        _memory.Note(1, Noon, 5, [(Ssh, 5)]);
        _memory.Note(1, Noon.AddMinutes(15), 7, [(Ssh, 6)]);

        var told = Read(Noon.AddMinutes(14));
        Assert.Equal([null, 2], told.Refused[^2..]);
        Assert.Equal(1, told.Parts[0].LetIn[^1]);
    }

    [Fact]
    public void A_restart_loses_nothing_and_a_boot_counts_from_zero()
    {
        _memory.Note(1, Noon, 100, [(Ssh, 50), (Web, 7)]);
        _memory.Note(1, Noon.AddMinutes(15), 103, [(Ssh, 57), (Web, 7)]);
        File("boot 1").Write(_memory);

        var (same, next) = (File("boot 1").Read(), File("boot 2").Read());
        Assert.Equal(Text(Read(Noon.AddMinutes(16))), Text(Read(Noon.AddMinutes(16), same)));
        same.Note(1, Noon.AddMinutes(30), 103, [(Ssh, 58), (Web, 7)]);
        next.Note(1, Noon.AddMinutes(30), 1, [(Ssh, 58), (Web, 7)]);
        Assert.Equal([3, 0], Read(Noon.AddMinutes(29), same).Refused[^2..]);
        Assert.Equal([3, 1], Read(Noon.AddMinutes(29), next).Refused[^2..]);
        Assert.Equal([1, 0], Read(Noon.AddMinutes(29), same).Parts.Select(part => part.LetIn[^1]));
        Assert.Equal([58, 7], Read(Noon.AddMinutes(29), next).Parts.Select(part => part.LetIn[^1]));
    }

    [Fact]
    public void A_file_of_another_installation_or_that_is_damaged_is_as_good_as_none()
    {
        _memory.Note(1, Noon, 1, [(Ssh, 1)]);
        File("boot").Write(_memory);
        var path = Path.Combine(_directory.FullName, "traffic");
        var whole = System.IO.File.ReadAllBytes(path);
        Assert.NotEmpty(File("boot").Read().Read([1], Noon, true, 10).Told);

        Assert.Empty(new TrafficFile(path, new InstallationId(8), "boot").Read().Read([1], Noon, true, 10).Told);
        for (var length = 0; length < whole.Length; length++)
        {
            System.IO.File.WriteAllBytes(path, whole[..length]);
            Assert.Empty(File("boot").Read().Read([1], Noon, true, 10).Told);
        }

        System.IO.File.WriteAllBytes(path, [.. whole.Select(one => (byte)~one)]);
        Assert.Empty(File("boot").Read().Read([1], Noon, true, 10).Told);
    }

    [Fact]
    public void An_instance_whose_elements_do_not_all_fit_is_not_known_and_an_answer_says_how_far_it_got()
    {
        _memory.Note(1, Noon, 0, [.. Enumerable.Range(0, TrafficMemory.MostParts - 1).Select(i => (new CountedPart(NetworkProtocol.Tcp, i % 60_000, new IPAddress([10, (byte)(i / 60_000), 0, 0])), 0L))]);
        _memory.Note(2, Noon, 0, [(Ssh, 0), (Web, 0)]);
        _memory.Note(3, Noon, 0, []);

        Assert.Equal((TrafficMemory.MostParts - 1, 1), _memory.Read([1, 2], Noon, withCurves: false, most: 100) is var first ? (first.Told[0].Parts.Length, first.Reached) : default);
        Assert.Equal((0, 3), _memory.Read([9, 2, 3], Noon, withCurves: false, most: 100) is var rest ? (rest.Told[0].Parts.Length, rest.Reached) : default);
        Assert.Empty(_memory.Read([9, 2, 3], Noon, withCurves: false, most: 100).Told[0].Refused);

        // One that fits again is counted from then on.
        _memory.Note(2, Noon.AddMinutes(15), 0, [(Ssh, 0)]);
        Assert.Equal(Noon.AddMinutes(15), Assert.Single(_memory.Read([2], Noon, withCurves: false, most: 100).Told[0].Parts).Since);
    }

    [Fact]
    public void An_instance_that_is_away_is_forgotten_after_a_day()
    {
        _memory.Note(1, Noon, 0, [(Ssh, 0)]);
        _memory.NoteAll(Noon.AddHours(23));
        Assert.NotEmpty(_memory.Read([1], Noon.AddHours(23), true, 10).Told);
        _memory.NoteAll(Noon.AddHours(25));
        Assert.Empty(_memory.Read([1], Noon.AddHours(25), true, 10).Told);
    }

    private static string Text(InstanceTraffic told) =>
        $"{string.Join(',', told.Refused)} {string.Join(' ', told.Parts.Select(part => $"{part.Protocol} {part.Port} {part.Source} {part.Since:O} {part.UsedAt:O} {string.Join(',', part.LetIn)}"))}";

    private TrafficFile File(string boot) => new(Path.Combine(_directory.FullName, "traffic"), new InstallationId(7), boot);

    private InstanceTraffic Read(DateTimeOffset now, TrafficMemory? memory = null) => Assert.Single((memory ?? _memory).Read([1], now, withCurves: true, most: 100).Told);
}
