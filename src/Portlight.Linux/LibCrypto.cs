using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Portlight.Linux;

/// <summary>
/// SHA-256 as OpenSSL 3 exports it (openssl/sha.h). Each returns 1. They allocate nothing, take no lock and fetch no algorithm, and finish 4 KiB within microseconds, so the runtime need not be told of the call.
/// </summary>
internal static partial class LibCrypto
{
    private const string Library = "libcrypto.so.3";

    [LibraryImport(Library, EntryPoint = "SHA256_Init")]
    [SuppressGCTransition]
    internal static partial int Begin(ref State state);

    [LibraryImport(Library, EntryPoint = "SHA256_Update")]
    [SuppressGCTransition]
    internal static partial int Add(ref State state, ref readonly byte data, nuint length);

    [LibraryImport(Library, EntryPoint = "SHA256_Final")]
    [SuppressGCTransition]
    internal static partial int End(ref byte hash, ref State state);

    /// <summary><c>SHA256_CTX</c>: 28 words of 32 bits, on every platform.</summary>
    [InlineArray(28)]
    internal struct State
    {
        private uint _word;
    }
}
