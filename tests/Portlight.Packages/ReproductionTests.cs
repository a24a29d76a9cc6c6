namespace Portlight.Packages;

/// <summary>What is published can be compared with what another build of the same commit makes.</summary>
public sealed class ReproductionTests(MadePackages made) : IDisposable
{
    private readonly DirectoryInfo _clone = Directory.CreateTempSubdirectory("portlight-clone-");

    public void Dispose() => _clone.Delete(recursive: true);

    [Fact]
    public void Another_clone_of_the_same_commit_makes_the_same_bytes()
    {
        var folder = made.Folder;
        Assert.SkipUnless(Machine.Run("git", "-C", MadePackages.Root, "status", "--porcelain").Length == 0, "the tree has changes that no clone has");
        Machine.Run("git", "clone", "--quiet", MadePackages.Root, _clone.FullName);
        Machine.Run(Path.Combine(_clone.FullName, "eng/package"));

        var other = Path.Combine(_clone.FullName, "artifacts/packages");
        Assert.Equal(File.ReadAllText(Path.Combine(folder, "SHA256SUMS")), File.ReadAllText(Path.Combine(other, "SHA256SUMS")));
        Machine.Run("diff", "--recursive", folder, other);
    }
}
