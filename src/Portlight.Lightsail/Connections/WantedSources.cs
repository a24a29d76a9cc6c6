using System.Net;
using System.Net.Sockets;
using Portlight.Api;
using Portlight.Domain;
using Portlight.Wire;

namespace Portlight.Lightsail;

/// <summary>Which of those that reach an instance, or are refused, a caller asks for.</summary>
internal sealed record WantedSources
{
    private const int MostResults = 1_000;
    private const int UsualResults = 200;

    private WantedSources(int? port, Cidr? block, int most) => (Port, Block, Most) = (port, block, most);

    public int? Port { get; }

    public Cidr? Block { get; }

    /// <summary>How many at most.</summary>
    public int Most { get; }

    public bool Contains(int? port, IPAddress source) => (Port is null || port == Port) && (Block is null || Block.Value.Contains(source));

    /// <exception cref="InvalidInputException">One of them is out of bounds.</exception>
    public static WantedSources Read(int? port, string? cidr, int? maxResults)
    {
        var most = maxResults ?? UsualResults;
        var problems = new List<Problem>();
        if (most is < 1 or > MostResults)
        {
            problems.Add(new Problem("maxResults", $"is {most}; it must be 1 to {MostResults}"));
        }

        if (port is < 0 or > ushort.MaxValue)
        {
            problems.Add(new Problem("port", $"is {port}; it must be 0 to {ushort.MaxValue}"));
        }

        Cidr? block = null;
        if (cidr is not null)
        {
            var family = cidr.Contains(':', StringComparison.Ordinal) ? AddressFamily.InterNetworkV6 : AddressFamily.InterNetwork;
            if (Cidr.TryParse(cidr, family, out var read, out var problem))
            {
                block = read;
            }
            else
            {
                problems.Add(new Problem("cidr", $"`{UserText.Excerpt(cidr)}` {problem}"));
            }
        }

        return problems.Count > 0 ? throw Requests.Invalid(problems) : new WantedSources(port, block, most);
    }
}
