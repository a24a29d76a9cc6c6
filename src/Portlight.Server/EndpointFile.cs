using System.Net;
using Portlight.Api;

namespace Portlight.Server;

/// <summary><c>DIR/endpoint</c>: the URL under which the commands of the same machine reach the server, and on a second line its own region.</summary>
public static class EndpointFile
{
    public const string Name = "endpoint";

    internal static void Write(string directory, Uri listening, string region)
    {
        var host = ServeOptions.ListenAddress(listening) switch
        {
            { } address when address.Equals(IPAddress.Any) => "127.0.0.1",
            { } address when address.Equals(IPAddress.IPv6Any) => "[::1]",
            _ => listening.Host,
        };
        File.WriteAllText(Path.Combine(directory, Name), $"{listening.Scheme}://{host}:{listening.Port}\n{region}\n");
    }

    /// <summary>The URL, or null when no server has run on this data directory.</summary>
    public static Uri? Read(string directory) => Uri.TryCreate(Line(directory, 0), UriKind.Absolute, out var uri) ? uri : null;

    /// <summary>The region that the server was started with, or null when no server has run on this data directory.</summary>
    public static string? ReadRegion(string directory) => Line(directory, 1);

    private static string? Line(string directory, int index)
    {
        var path = Path.Combine(directory, Name);
        return File.Exists(path) ? File.ReadLines(path).ElementAtOrDefault(index) : null;
    }
}
