using System.Collections.Immutable;
using System.Net.Sockets;
using Portlight.Api;
using Portlight.Domain;
using Portlight.Wire.PortlightApi;

namespace Portlight.Lightsail;

/// <summary>Gives a name to addresses. Everyone is no network: a rule that lets everyone in should look like one.</summary>
internal sealed class PutNamedNetwork(Services services) : IOperation<PutNamedNetworkRequest, PutNamedNetworkResponse>
{
    public async Task<PutNamedNetworkResponse> HandleAsync(Call call, PutNamedNetworkRequest request)
    {
        var name = BookNames.Require(request.NetworkName, "networkName", services.Limits);
        var cidrs = Read(request);
        return await BookNames.ChangeAsync(services.Store, call, book => (
            book with { Networks = book.Networks.Remove(name).Add(name, cidrs) },
            new PutNamedNetworkResponse { Network = BookNames.ToWire(name, cidrs) }));
    }

    private static ImmutableArray<Cidr> Read(PutNamedNetworkRequest request)
    {
        var (problems, found) = (new List<Problem>(), new SortedSet<Cidr>());
        Read(request.Cidrs ?? [], AddressFamily.InterNetwork, "cidrs", found, problems);
        Read(request.Ipv6Cidrs ?? [], AddressFamily.InterNetworkV6, "ipv6Cidrs", found, problems);
        if (problems.Count == 0 && found.Count == 0)
        {
            problems.Add(new Problem("cidrs, ipv6Cidrs", "name no address"));
        }

        return problems.Count == 0 ? [.. found] : throw Requests.Invalid(problems);
    }

    private static void Read(IReadOnlyList<string> texts, AddressFamily family, string field, SortedSet<Cidr> found, List<Problem> problems)
    {
        for (var i = 0; i < texts.Count && problems.Count < 20; i++)
        {
            if (!Cidr.TryParse(texts[i], family, out var cidr, out var problem) || cidr.IsAny)
            {
                problems.Add(new Problem($"{field}[{i}]", $"`{UserText.Excerpt(texts[i])}` {problem ?? "is everyone; a named network is less"}"));
                continue;
            }

            found.Add(cidr);
        }
    }
}
