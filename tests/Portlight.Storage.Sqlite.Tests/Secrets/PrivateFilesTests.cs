using Portlight.Linux;

namespace Portlight.Storage.Sqlite.Tests.Secrets;

public sealed class PrivateFilesTests : IDisposable
{
    private const UnixFileMode Everybody = (UnixFileMode)0x1FF; // 0777
    private const UnixFileMode OwnerAlone = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly string _directory = Directory.CreateTempSubdirectory("portlight-private-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void What_others_have_rights_to_is_found_and_taken_from_them()
    {
        string[] files = ["credentials", "credentials-111122223333", "portlight.db", "portlight.db-shm", "portlight.db-wal", "portlight.db.lock"];
        foreach (var file in files.Append("notes.txt"))
        {
            File.WriteAllText(Path.Combine(_directory, file), "");
            Mode(file, (UnixFileMode)0x1B6); // 0666
        }

        Mode("", Everybody);
        string[] open = [_directory, .. files.Select(file => Path.Combine(_directory, file))];
        Assert.Equal(open, PrivateFiles.FindOpen(_directory));

        Assert.Equal(open, PrivateFiles.Tighten(_directory));

        Assert.Empty(PrivateFiles.FindOpen(_directory));
        Assert.All(files, file => Assert.Equal(OwnerAlone, File.GetUnixFileMode(Path.Combine(_directory, file))));
        Assert.Equal(OwnerAlone | UnixFileMode.UserExecute, File.GetUnixFileMode(_directory));
        Assert.Equal((UnixFileMode)0x1B6, File.GetUnixFileMode(Path.Combine(_directory, "notes.txt"))); // nobody's business here
    }

    [Fact]
    public void A_directory_that_all_are_meant_to_use_stays_theirs()
    {
        File.WriteAllText(Path.Combine(_directory, "portlight.db"), "");
        Mode("portlight.db", (UnixFileMode)0x1A4); // 0644
        Mode("", Everybody | UnixFileMode.StickyBit);

        Assert.Equal([Path.Combine(_directory, "portlight.db")], PrivateFiles.Tighten(_directory));
        Assert.Equal([_directory], PrivateFiles.FindOpen(_directory)); // for the doctor to say
    }

    [Fact]
    public async Task A_new_directory_is_its_owners_alone_and_so_is_a_new_lock()
    {
        var made = Path.Combine(_directory, "a", "b");
        DirectoryFlush.Create(made);
        await using (SqliteStore.Open(Path.Combine(made, "portlight.db"), TimeProvider.System))
        {
        }

        Assert.Empty(PrivateFiles.FindOpen(made));
        Assert.Equal(OwnerAlone, File.GetUnixFileMode(Path.Combine(made, "portlight.db.lock")));
    }

    private void Mode(string name, UnixFileMode mode) => File.SetUnixFileMode(Path.Combine(_directory, name), mode);
}
