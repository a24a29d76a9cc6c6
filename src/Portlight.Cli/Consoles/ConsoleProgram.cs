using Portlight.Api;

namespace Portlight.Cli;

/// <summary><c>portlight-console</c>, a program of its own: where it is, and what it is told.</summary>
internal static class ConsoleProgram
{
    private const string Name = "portlight-console";

    public const string Missing = "portlight-console is not beside this program; in a clone `./portlight console` builds it, on Debian it is the package portlight-console";

    /// <summary>
    /// How much garbage .NET lets come together before it looks through it, 8 MiB. Left to itself it takes a part of the processor's last cache, which is 300 MiB on large machines, and the console then holds twice the memory that it needs.
    /// </summary>
    private static readonly KeyValuePair<string, string> Garbage = new("DOTNET_GCgen0size", "0x800000");

    /// <summary>Beside this program, or where a package puts it; null where it is neither.</summary>
    public static string? Find() => Find(AppContext.BaseDirectory);

    internal static string? Find(string folder) => new[] { Path.Combine(folder, "console", Name), Path.Combine(folder, "../lib", Name, Name) }.Select(Path.GetFullPath).FirstOrDefault(File.Exists);

    /// <summary>What it has in its environment beside what is there; what somebody has set stays.</summary>
    public static void AddTo(IDictionary<string, string?> environment) => environment.TryAdd(Garbage.Key, Garbage.Value);

    /// <summary>The words of a console beside a server.</summary>
    /// <param name="options">The server's settings, with the addresses that are bound.</param>
    /// <param name="api">Where the server answers.</param>
    public static IEnumerable<string> Words(ServeOptions options, Uri api)
    {
        var console = options.Console!;
        string[] words = ["--api", api.GetLeftPart(UriPartial.Authority), "--listen", console.GetLeftPart(UriPartial.Authority), "--region", options.Region, "--data", Path.Combine(options.DataDirectory, "console")];
        return (options, api.Scheme, console.Scheme) switch
        {
            ({ TlsCertificate: { } chain, TlsKey: { } key }, var of, "https") => [.. words, "--tls-cert", chain, "--tls-key", key, .. Pinned(of, chain)],
            ({ TlsCertificate: { } chain }, var of, _) => [.. words, .. Pinned(of, chain)],
            _ => words,
        };
    }

    /// <summary>The certificate need not name the address that this machine reaches the server by, nor be of an authority that the machine trusts: it is the server's own.</summary>
    private static string[] Pinned(string scheme, string chain) => scheme == "https" ? ["--api-cert", chain] : [];
}
