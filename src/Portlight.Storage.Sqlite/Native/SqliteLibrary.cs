using System.Reflection;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Portlight.Linux;
using SQLitePCL;

namespace Portlight.Storage.Sqlite;

/// <summary>
/// SQLite's native library, loaded from inside this assembly: a published program is one file that can be copied alone. The dynamic linker takes a library only
/// from a file, so the library is put into one in memory (memfd_create(2)). Where the machine forbids that, a library beside the program is used.
/// </summary>
internal static class SqliteLibrary
{
    private const string Name = "e_sqlite3";
    private const string FileName = "libe_sqlite3.so";

    private static readonly Lazy<bool> Loaded = new(Load);

    /// <exception cref="StoreException">There is no SQLite that can be loaded.</exception>
    public static void Use() => _ = Loaded.Value;

    private static bool Load()
    {
        var problem = "";
        try
        {
            if (typeof(SqliteLibrary).Assembly.GetManifestResourceStream(FileName) is { } content)
            {
                using (content)
                {
                    var library = LoadFromMemory(content);
                    foreach (var assembly in (Assembly[])[typeof(SQLite3Provider_e_sqlite3).Assembly, typeof(SqliteLibrary).Assembly])
                    {
                        NativeLibrary.SetDllImportResolver(assembly, (name, _, _) => name == Name ? library : 0);
                    }
                }
            }
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException or DllNotFoundException or BadImageFormatException)
        {
            problem = $"{refused.Message}; ";
        }

        try
        {
            Batteries_V2.Init();
            return true;
        }
        catch (DllNotFoundException missing)
        {
            throw new StoreException($"SQLite cannot be loaded ({problem}there is no {FileName} beside the program); put the one of this build there", missing);
        }
    }

    private static nint LoadFromMemory(Stream content)
    {
        var descriptor = Libc.CreateMemoryFile(FileName, Libc.MFD_CLOEXEC);
        if (descriptor < 0)
        {
            throw new IOException($"memfd_create: {Marshal.GetLastPInvokeErrorMessage()}");
        }

        using var file = new FileStream(new SafeFileHandle(descriptor, ownsHandle: true), FileAccess.Write);
        content.CopyTo(file);
        file.Flush();
        return NativeLibrary.Load($"/proc/self/fd/{descriptor}");
    }
}
