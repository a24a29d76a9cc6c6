using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Portlight.Linux;
using SQLitePCL;

namespace Portlight.Storage.Sqlite;

/// <summary>
/// Lets the commits of a connection flush its log by fdatasync(2). The library that we have was built to flush by fsync(2), which writes the file's times as well: one
/// more write of the disk for each commit, and on a file system with a journal a commit of that. What is read after a power cut is the same. Why this way:
/// docs/decisions/0085-commits-flush-data-alone.md.
/// </summary>
internal sealed unsafe partial class LogFlush : IDisposable
{
    // sqlite3.h: what asks for the file of the log, and the structures sqlite3_file and sqlite3_io_methods, whose first members are fixed by it.
    private const int JournalPointer = 28;
    private const int FsyncFailed = 1034;
    private const int Ok = 0;
    private const int MethodsOfVersion3 = 19;
    private const int Sync = 5;

    // The C library's, as everything in the process sees it.
    private static readonly delegate* unmanaged<int, int> FlushData =
        (delegate* unmanaged<int, int>)NativeLibrary.GetExport(NativeLibrary.GetMainProgramHandle(), "fdatasync");

    private static readonly ConcurrentDictionary<nint, SafeFileHandle> Logs = new();

    private readonly nint _file;
    private readonly nint* _methods;
    private readonly nint _original;
    private readonly SafeFileHandle _log;

    private LogFlush(nint file, SafeFileHandle log)
    {
        (_file, _log, _original) = (file, log, *(nint*)file);
        _methods = (nint*)NativeMemory.Alloc(MethodsOfVersion3, (nuint)sizeof(nint));
        new ReadOnlySpan<nint>((void*)_original, MethodsOfVersion3).CopyTo(new Span<nint>(_methods, MethodsOfVersion3));
        _methods[Sync] = (nint)(delegate* unmanaged[Cdecl]<nint, int, int>)&Flush;
        Logs[file] = log;
        *(nint*)file = (nint)_methods;
    }

    /// <summary>For a connection whose log is open. Null where it is as it was: then it flushes more than it has to.</summary>
    /// <param name="connection">The connection that commits.</param>
    /// <param name="log">The path of the log.</param>
    public static LogFlush? For(sqlite3 connection, string log)
    {
        if (!OperatingSystem.IsLinux() || FileControl(connection, "main", JournalPointer, out var file) != Ok || file == 0 || *(nint*)file == 0 || **(int**)file != 3)
        {
            return null;
        }

        // A descriptor of its own, which is told of every error that comes after this.
        var descriptor = Libc.Open(log, Libc.O_RDONLY | Libc.O_CLOEXEC, 0);
        return descriptor < 0 ? null : new LogFlush(file, new SafeFileHandle(descriptor, ownsHandle: true));
    }

    /// <summary>Before the connection is closed.</summary>
    public void Dispose()
    {
        *(nint*)_file = _original;
        Logs.TryRemove(_file, out _);
        NativeMemory.Free(_methods);
        _log.Dispose();
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Flush(nint file, int flags) =>
        Logs.TryGetValue(file, out var log) && FlushData((int)log.DangerousGetHandle()) == 0 ? Ok : FsyncFailed;

    [LibraryImport("e_sqlite3", EntryPoint = "sqlite3_file_control", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int FileControl(sqlite3 handle, string name, int what, out nint answer);
}
