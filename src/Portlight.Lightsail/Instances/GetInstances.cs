using System.Globalization;
using Portlight.Api;
using Portlight.Wire.Lightsail;

namespace Portlight.Lightsail;

/// <summary>The instances of the region in the order in which they were made.</summary>
internal sealed class GetInstances(Services services) : IOperation<GetInstancesRequest, GetInstancesResponse>
{
    public Task<GetInstancesResponse> HandleAsync(Call call, GetInstancesRequest request)
    {
        var after = long.Parse(Paging.ReadPosition(call, request.PageToken, Paging.IsNumber) ?? "0", CultureInfo.InvariantCulture);
        var (page, next) = Paging.Take(
            call,
            Paging.InPieces<Domain.Instance>((last, limit) => services.Store.View.ListInstances(call.Scope, last?.Index ?? after, limit)),
            instance => instance.Index.ToString(CultureInfo.InvariantCulture),
            lengthOf: LengthOf);
        return Task.FromResult(new GetInstancesResponse
        {
            Instances = [.. page.Select(instance => instance.ToWire(services.Options.AwsQuirks))],
            NextPageToken = next,
        });
    }

    private static int LengthOf(Domain.Instance instance) => 2_000
        + instance.Tags.Sum(tag => 40 + tag.Key.Length + (tag.Value?.Length ?? 0))
        + instance.Ports.Rules.Sum(rule => 200 + (24 * rule.Ipv4Sources.Length) + (46 * rule.Ipv6Sources.Length) + rule.Aliases.Sum(alias => 4 + alias.Length));
}
