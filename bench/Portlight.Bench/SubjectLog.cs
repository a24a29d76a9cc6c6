namespace Portlight.Bench;

/// <summary>
/// What a subject writes to stderr: a line for each request, which nobody reads as long as it runs, and the reason when it ends by itself. A file in memory, of which the last second is kept: one who read along
/// would need the processors on which it is measured.
/// </summary>
internal sealed class SubjectLog : IDisposable
{
    private const int Shown = 4_000;
    private static readonly TimeSpan Kept = TimeSpan.FromSeconds(1);
    private readonly FileStream _file = new($"/dev/shm/portlight-bench-{Guid.NewGuid():N}", FileMode.CreateNew, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0, FileOptions.DeleteOnClose);
    private Timer? _forgetting;

    /// <summary>To be appended to, so that what follows what was forgotten begins the file.</summary>
    public string Path => _file.Name;

    /// <summary>It has started: from now on only what it has written last is kept.</summary>
    public void Forget() => _forgetting = new Timer(_ => _file.SetLength(0), null, Kept, Kept);

    /// <summary>The end of what is kept.</summary>
    public string Read()
    {
        _file.Position = Math.Max(0, _file.Length - Shown);
        return new StreamReader(_file).ReadToEnd().Trim() is { Length: > 0 } text ? text : "nothing";
    }

    public void Dispose()
    {
        _forgetting?.Dispose();
        _file.Dispose();
    }
}
