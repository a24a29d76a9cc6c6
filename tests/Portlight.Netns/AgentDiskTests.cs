using System.Buffers.Binary;
using Portlight.Agent;
using Portlight.AgentHost;
using Portlight.AgentProtocol;
using Portlight.TestKit.Network;

namespace Portlight.Netns;

/// <summary>
/// A machine boots with a disk that is not as its agent left it, and no server is there. Its own ports were attached, one of them open. What was closed stays closed, by the rules that a boot loads and by the
/// agent, whichever file is lost; what was open is open as long as one of the two files that know it is whole.
/// </summary>
public sealed class AgentDiskTests(JoinedMachine machine) : IClassFixture<JoinedMachine>
{
    private const string Membership = HostMembership.FileName;
    private const string Memory = KeptFile.FileName;
    private const string Rules = Restoration.FileName;

    /// <summary>Files, what has become of them, and whether the open port is open after the boot has loaded the rules, and when the agent is ready.</summary>
    public static TheoryData<string[], string, bool, bool> Faults()
    {
        var faults = new TheoryData<string[], string, bool, bool>();
        foreach (var fault in (string[])["missing", "empty", "half", "garbage", "directory", "unreadable", "damaged"])
        {
            faults.Add([Membership], fault, true, true);
            faults.Add([Memory], fault, true, true);
            faults.Add([Rules], fault, false, true);
        }

        faults.Add([Membership], "open to others", true, true);
        faults.Add([Membership, Memory], "missing", true, true);
        faults.Add([Membership, Memory], "garbage", true, true);
        faults.Add([Membership, Rules], "missing", false, true);
        faults.Add([Membership, Rules], "garbage", false, true);
        // Neither file is whole, and each names what was attached.
        faults.Add([Memory, Rules], "damaged", false, false);
        faults.Add([Membership, Memory, Rules], "damaged", false, false);
        return faults;
    }

    [Theory]
    [MemberData(nameof(Faults))]
    public void What_was_closed_stays_closed(string[] files, string fault, bool isOpenAtBoot, bool isOpenAtLast)
    {
        using var disk = machine.Copy();
        foreach (var file in files)
        {
            Damage(Path.Combine(disk.Path, file), fault);
        }

        machine.Boot();
        // What root of all rights can read is not unreadable to it.
        var isWholeToRoot = fault == "unreadable" || isOpenAtBoot;
        Assert.Equal((isWholeToRoot, false), Restored(disk.Path, isWholeToRoot));
        machine.Boot();
        using var agent = machine.StartAgent(disk.Path);
        Assert.Equal((isOpenAtLast, false), machine.Opens(isOpenAtLast));
        Assert.Contains("enforcing", agent.Ready, StringComparison.Ordinal);
    }

    /// <summary>It takes longer to load than the rules take. An agent whose key is open to others looks for no server, so it never comes to that.</summary>
    [Fact]
    public void Rules_are_in_force_before_the_library_that_TLS_takes_is_loaded()
    {
        using var disk = machine.Copy();
        Damage(Path.Combine(disk.Path, Membership), "open to others");
        machine.Boot();
        using var agent = machine.StartAgent(disk.Path);
        Assert.Equal((true, false), machine.Opens(mustOpen: true));
        Assert.DoesNotContain(File.ReadLines($"/proc/{agent.Process.Id}/maps"), line => line.Contains("/libcrypto.so", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("read-only")]
    [InlineData("full")]
    public void A_disk_that_takes_nothing_opens_nothing(string fault)
    {
        using var disk = machine.Copy(onItsOwn: true);
        if (fault == "full")
        {
            disk.Fill();
        }
        else
        {
            disk.MakeReadOnly();
        }

        machine.Boot();
        Assert.Equal((true, false), Restored(disk.Path, isWhole: true));
        machine.Boot();
        using var agent = machine.StartAgent(disk.Path);
        Assert.Equal((true, false), machine.Opens(mustOpen: true));
    }

    [Fact]
    public void What_others_change_is_put_back_where_the_memory_is_lost_and_no_server_is_there()
    {
        using var disk = machine.Copy();
        Damage(Path.Combine(disk.Path, Memory), "garbage");
        machine.Boot();
        using var agent = machine.StartAgent(disk.Path);
        machine.Boot();
        var waited = System.Diagnostics.Stopwatch.StartNew();
        while (machine.Opens() != (true, false))
        {
            Assert.True(waited.Elapsed < Deadline.Span, "the rules did not come back");
        }
    }

    [Fact]
    public void A_restart_makes_nothing_anew_in_the_kernel_nor_on_the_disk_where_the_memory_is_what_they_hold()
    {
        using var disk = machine.Copy();
        machine.Boot();
        string before, written;
        using (var first = machine.StartAgent(disk.Path))
        {
            before = Listed();
        }

        written = Written();
        Assert.Contains("# handle", before, StringComparison.Ordinal);
        using (var second = machine.StartAgent(disk.Path))
        {
            Assert.Equal(before, Listed());
        }

        // It ends when all that it had to write is written: the files are the ones that they were, to the node.
        Assert.Equal(written, Written());

        string Written() => Command.Run("stat", $"--format=%n:%i:%s:%y {Path.Combine(disk.Path, Rules)} {Path.Combine(disk.Path, Memory)}");

        string Listed() => TestKit.TableListing.AsWritten(machine.Node.Run("nft", "-a list table inet portlight"));
    }

    /// <summary>Nothing on the disk says what was attached; then the kernel is not touched, and it is said.</summary>
    [Fact]
    public void Where_nothing_is_known_any_more_what_is_in_the_kernel_stays()
    {
        using var disk = machine.Copy();
        machine.Boot();
        Assert.Equal((true, false), Restored(disk.Path, isWhole: true));
        File.Delete(Path.Combine(disk.Path, Memory));
        File.Delete(Path.Combine(disk.Path, Rules));
        using (var agent = machine.StartAgent(disk.Path))
        {
            Assert.Equal((true, false), machine.Opens(mustOpen: true));
        }

        Directory.Delete(disk.Path, recursive: true);
        using var forgetful = machine.StartAgent(disk.Path);
        Assert.Contains("has not joined", forgetful.Ready, StringComparison.Ordinal);
        Assert.Equal((true, false), machine.Opens(mustOpen: true));
    }

    /// <summary>Loads the rules as a boot does; which of the two ports are open then.</summary>
    private (bool First, bool Second) Restored(string disk, bool isWhole)
    {
        var problem = Record.Exception(() => machine.Node.Do(() => AgentCommand.RestoreRules(disk)));
        Assert.True(isWhole == problem is null, problem?.ToString() ?? "the damage was not said");
        Assert.True(problem is null or AgentException, problem?.ToString());
        return machine.Opens(isWhole);
    }

    private static void Damage(string path, string fault)
    {
        var whole = File.ReadAllBytes(path);
        switch (fault)
        {
            case "missing":
                File.Delete(path);
                break;
            case "empty":
                File.WriteAllBytes(path, []);
                break;
            case "half":
                File.WriteAllBytes(path, whole[..((Path.GetFileName(path) == Memory ? FirstRecord(whole) : whole.Length) / 2)]);
                break;
            case "garbage":
                File.WriteAllBytes(path, [.. Enumerable.Range(0, 5000).Select(number => (byte)(number * number >> 3))]);
                break;
            case "damaged":
                whole[Path.GetFileName(path) switch { Memory => FirstRecord(whole) + 14, Rules => whole.AsSpan().LastIndexOf("\"from\":"u8) + 8, _ => whole.Length / 2 }] ^= 1;
                File.WriteAllBytes(path, whole);
                break;
            case "directory":
                File.Delete(path);
                Directory.CreateDirectory(path);
                break;
            default:
                // Without the rights of root over files, as the unit runs it, this is somebody else's.
                Command.Run("chmod", $"{(fault == "unreadable" ? "000" : "644")} {path}");
                break;
        }
    }

    /// <summary>Where the first record of the memory ends, which is a picture of everything; changes follow.</summary>
    private static int FirstRecord(byte[] file) => KeptRecords.Mark.Length + 12 + (int)BinaryPrimitives.ReadUInt32BigEndian(file.AsSpan(KeptRecords.Mark.Length));
}
