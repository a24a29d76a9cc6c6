using Microsoft.Extensions.Logging.Abstractions;
using Portlight.AgentStream.Agent;
using Portlight.AgentStream.Tests;
using Portlight.AgentStream.Wire;

namespace Portlight.AgentHost.Tests;

/// <summary>What an agent remembers is what it was told last, or is known to be damaged: never an earlier state that passes for the last one.</summary>
public sealed class KeptFileTests : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("portlight-kept-");

    private static readonly Domain.InstallationId Id = new(0x1a5);

    private string FilePath => Path.Combine(_directory.FullName, KeptFile.FileName);

    public void Dispose() => _directory.Delete(recursive: true);

    [Fact]
    public void What_was_written_is_what_is_read_over_many_changes_and_pictures()
    {
        KeptFile.Create(_directory.FullName, Id);
        Assert.Empty(Read()!.All);
        var kept = new KeptSet([], null);
        using var file = new KeptFile(_directory.FullName, Id, kept, NullLogger.Instance);
        for (var revision = 1; revision <= 3000; revision++)
        {
            kept.Put(revision % 50, revision % 7 == 0 ? null : States.Write(Wanted.Lab(revision % 50, revision)));
            kept.Move(new Position { Epoch = "one", Revision = revision });
            kept.Keep();
            if (revision % 500 == 1)
            {
                Assert.Equal(Text(kept), Text(Read()!));
            }
        }

        Assert.Equal(Text(kept), Text(Read()!));
        Assert.InRange(new FileInfo(FilePath).Length, 1, 200_000);
    }

    [Fact]
    public void A_file_that_ends_anywhere_in_its_last_record_is_what_it_was_before_it()
    {
        var (states, ends) = Write(4);
        var whole = File.ReadAllBytes(FilePath);
        for (var length = 0; length <= whole.Length; length++)
        {
            File.WriteAllBytes(FilePath, whole[..length]);
            var complete = ends.FindLastIndex(end => end <= length);
            Assert.Equal(complete < 0 ? null : states[complete], Read() is { } read ? Text(read) : null);
        }
    }

    [Fact]
    public void A_bit_that_has_changed_before_the_last_record_is_damage()
    {
        var (states, ends) = Write(4);
        var whole = File.ReadAllBytes(FilePath);
        for (var bit = 0; bit < whole.Length * 8; bit += 3)
        {
            var changed = (byte[])whole.Clone();
            changed[bit / 8] ^= (byte)(1 << bit % 8);
            File.WriteAllBytes(FilePath, changed);
            var read = Read();
            Assert.True(read is null || (bit / 8 >= ends[^2] && Text(read) == states[^2]), $"bit {bit}");
        }
    }

    [Fact]
    public void Zeros_behind_the_last_record_are_what_a_power_cut_leaves()
    {
        var (states, _) = Write(3);
        File.AppendAllText(FilePath, new string('\0', 4096));
        Assert.Equal(states[^1], Text(Read()!));
    }

    [Fact]
    public void Without_a_file_nobody_knows()
    {
        var memory = KeptMemory.Read(_directory.FullName);
        Assert.Equal(("is not there", false), (memory.Damage, memory.ToSet().IsKnown));
    }

    [Fact]
    public void A_file_that_cannot_be_read_is_damage_and_no_end()
    {
        Directory.CreateDirectory(FilePath);
        Assert.StartsWith("cannot be read", KeptMemory.Read(_directory.FullName).Damage, StringComparison.Ordinal);
    }

    [Fact]
    public void What_stands_before_the_damage_is_known_to_have_been_attached()
    {
        var (_, ends) = Write(4);
        var file = File.ReadAllBytes(FilePath);
        file[ends[2] - 1] ^= 1;
        File.WriteAllBytes(FilePath, file);
        var memory = KeptMemory.Read(_directory.FullName);
        Assert.Equal([1, 2], memory.All.Select(one => one.Index).Order());
        Assert.Equal((Id, false), (memory.Installation, memory.ToSet().IsKnown));
    }

    [Fact]
    public void A_record_that_was_written_whole_and_is_no_record_is_damage()
    {
        Write(1);
        var content = new byte[] { 0xff, 0xff, 0xff };
        var sum = ~content.Aggregate(uint.MaxValue, System.Numerics.BitOperations.Crc32C);
        byte[] head = [0, 0, 0, (byte)content.Length, .. BitConverter.GetBytes(System.Buffers.Binary.BinaryPrimitives.ReverseEndianness(sum))];
        var headSum = ~head.Aggregate(uint.MaxValue, System.Numerics.BitOperations.Crc32C);
        byte[] bad = [.. head, .. BitConverter.GetBytes(System.Buffers.Binary.BinaryPrimitives.ReverseEndianness(headSum)), .. content];
        File.WriteAllBytes(FilePath, [.. File.ReadAllBytes(FilePath), .. bad, .. bad]);
        Assert.StartsWith("is damaged at byte", KeptMemory.Read(_directory.FullName).Damage, StringComparison.Ordinal);
    }

    /// <summary>The states after each record, and where in the file each ends.</summary>
    private (List<string> States, List<int> Ends) Write(int changes)
    {
        var (states, ends) = (new List<string>(), new List<int>());
        var kept = new KeptSet([], null);
        using var file = new KeptFile(_directory.FullName, Id, kept, NullLogger.Instance);
        for (var revision = 1; revision <= changes; revision++)
        {
            kept.Put(revision, States.Write(Wanted.Lab(revision, revision)));
            kept.Move(new Position { Epoch = "one", Revision = revision });
            kept.Keep();
            states.Add(Text(kept));
            ends.Add((int)new FileInfo(FilePath).Length);
        }

        return (states, ends);
    }

    private KeptSet? Read() => KeptMemory.Read(_directory.FullName) is { Damage: null } memory && memory.Installation == Id ? memory.ToSet() : null;

    private static string Text(KeptSet kept) => $"{kept.Position.Revision}: {string.Join(' ', kept.All.OrderBy(one => one.Index).Select(one => $"{one.Index}@{one.Revision}"))}";
}
