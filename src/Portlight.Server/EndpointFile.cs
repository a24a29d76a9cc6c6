using System.Net;

namespace Portlight.Server;

/// <summary><c>DIR/endpoint</c>: the URL under which the commands of the same machine reach the server.</summary>
public static class EndpointFile
{
    public const string Name = "endpoint";

    internal static void Write(string directory, Uri listening)
    {
        var host = ServeOptions.ListenAddress(listening) switch
        {
            { } address when address.Equals(IPAddress.Any) => "127.0.0.1",
            { } address when address.Equals(IPAddress.IPv6Any) => "[::1]",
            _ => listening.Host,
        };
        File.WriteAllText(Path.Combine(directory, Name), $"{listening.Scheme}://{host}:{listening.Port}\n");
    }

    /// <summary>The URL, or null when no server has run on this data directory.</summary>
    public static Uri? Read(string directory) => Uri.TryCreate(ReadText(Path.Combine(directory, Name)), UriKind.Absolute, out var uri) ? uri : null;

    private static string? ReadText(string path) => File.Exists(path) ? File.ReadAllText(path).Trim() : null;
}
