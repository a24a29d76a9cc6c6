using System.Diagnostics;

namespace Portlight.TestKit;

/// <summary>
/// A disk that does not confirm a flush, as a library that a child process is started with (LD_PRELOAD): fsync and fdatasync of one kind of file fail with EIO,
/// once, as Linux reports it once. Or a quota that is used up: writes to one kind of file fail with EDQUOT as long as it lasts.
/// </summary>
public sealed class FailingFlush : IDisposable
{
    private const string Source = """
        #define _GNU_SOURCE
        #include <dlfcn.h>
        #include <errno.h>
        #include <fcntl.h>
        #include <stdio.h>
        #include <stdlib.h>
        #include <string.h>
        #include <sys/mman.h>
        #include <sys/stat.h>
        #include <unistd.h>

        static int failed;

        static int has_end(const char *text, const char *end)
        {
            size_t length = strlen(text), wanted = strlen(end);
            return length >= wanted && strcmp(text + length - wanted, end) == 0;
        }

        static int fails(int descriptor)
        {
            const char *file = getenv("FAILING_FLUSH_FILE"), *content = getenv("FAILING_FLUSH_CONTENT"), *trigger = getenv("FAILING_FLUSH_TRIGGER");
            char link[64], path[4096];
            snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
            ssize_t length = readlink(link, path, sizeof path - 1);
            if (file == NULL || length < 0)
                return 0;
            path[length] = 0;
            if (!has_end(path, file) || access(trigger, F_OK) != 0)
                return 0;
            if (content[0] != 0) {
                struct stat found;
                if (fstat(descriptor, &found) != 0 || found.st_size == 0)
                    return 0;
                void *bytes = mmap(NULL, found.st_size, PROT_READ, MAP_SHARED, descriptor, 0);
                int is_there = bytes != MAP_FAILED && memmem(bytes, found.st_size, content, strlen(content)) != NULL;
                if (bytes != MAP_FAILED)
                    munmap(bytes, found.st_size);
                if (!is_there)
                    return 0;
            }
            return !__atomic_exchange_n(&failed, 1, __ATOMIC_SEQ_CST);
        }

        static int flush(const char *name, int descriptor)
        {
            const char *call = getenv("FAILING_FLUSH_CALL");
            if ((call == NULL || strcmp(call, name) == 0) && fails(descriptor)) {
                errno = EIO;
                return -1;
            }
            return ((int (*)(int))dlsym(RTLD_NEXT, name))(descriptor);
        }

        static int is_over_quota(int descriptor)
        {
            const char *file = getenv("FAILING_WRITE_FILE"), *trigger = getenv("FAILING_FLUSH_TRIGGER");
            char link[64], path[4096];
            snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
            ssize_t length = file == NULL ? -1 : readlink(link, path, sizeof path - 1);
            if (length < 0)
                return 0;
            path[length] = 0;
            return has_end(path, file) && access(trigger, F_OK) == 0;
        }

        ssize_t pwrite64(int descriptor, const void *bytes, size_t count, off64_t offset)
        {
            if (is_over_quota(descriptor)) {
                errno = EDQUOT;
                return -1;
            }
            return ((ssize_t (*)(int, const void *, size_t, off64_t))dlsym(RTLD_NEXT, "pwrite64"))(descriptor, bytes, count, offset);
        }

        int fsync(int descriptor) { return flush("fsync", descriptor); }
        int fdatasync(int descriptor) { return flush("fdatasync", descriptor); }
        """;

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("portlight-flush-");

    private FailingFlush()
    {
    }

    private string Library => Path.Combine(_directory.FullName, "failing-flush.so");

    private string Trigger => Path.Combine(_directory.FullName, "trigger");

    public static async Task<FailingFlush> BuildAsync()
    {
        var built = new FailingFlush();
        var source = Path.Combine(built._directory.FullName, "failing-flush.c");
        await File.WriteAllTextAsync(source, Source);
        using var compiler = Process.Start(new ProcessStartInfo("gcc", ["-shared", "-fPIC", "-O1", "-o", built.Library, source, "-ldl"]) { RedirectStandardError = true })!;
        var problems = await compiler.StandardError.ReadToEndAsync();
        await compiler.WaitForExitAsync();
        return compiler.ExitCode == 0 ? built : throw new InvalidOperationException($"gcc: {problems}");
    }

    /// <summary>Starts a process so that the next flush fails, once <see cref="Arm"/> was called.</summary>
    /// <param name="start">What is to be started.</param>
    /// <param name="fileEnd">How the path of the file ends.</param>
    /// <param name="content">What the file must contain by then; empty for anything.</param>
    /// <param name="call">The call that fails, <c>fsync</c> or <c>fdatasync</c>; null for either.</param>
    public void Prepare(ProcessStartInfo start, string fileEnd, string content = "", string? call = null)
    {
        if (call is not null)
        {
            start.Environment["FAILING_FLUSH_CALL"] = call;
        }

        Load(start);
        start.Environment["FAILING_FLUSH_FILE"] = fileEnd;
        start.Environment["FAILING_FLUSH_CONTENT"] = content;
    }

    /// <summary>Starts a process so that every write to a file fails between <see cref="Arm"/> and <see cref="Disarm"/>, as where a quota is used up.</summary>
    /// <param name="start">What is to be started.</param>
    /// <param name="fileEnd">How the path of the file ends.</param>
    public void PrepareQuota(ProcessStartInfo start, string fileEnd)
    {
        Load(start);
        start.Environment["FAILING_WRITE_FILE"] = fileEnd;
    }

    public void Arm() => File.WriteAllBytes(Trigger, []);

    public void Disarm() => File.Delete(Trigger);

    private void Load(ProcessStartInfo start)
    {
        start.Environment["LD_PRELOAD"] = Library;
        start.Environment["FAILING_FLUSH_TRIGGER"] = Trigger;
    }

    public void Dispose() => _directory.Delete(recursive: true);
}
