using System.Globalization;
using Portlight.Api;
using Portlight.Domain;
using Portlight.Wire.PortlightApi;
using Instance = Portlight.Domain.Instance;

namespace Portlight.Lightsail;

/// <summary>The instances of an account and region that fit, each with what is stored against what is applied.</summary>
internal sealed class ListFleet(Services services) : IOperation<ListFleetRequest, ListFleetResponse>
{
    private const int MostResults = 1_000;

    /// <summary>Instances that one call looks at, fit or not: where few fit, the caller goes on with the token.</summary>
    private const int MostLookedAt = 20_000;

    private const int Piece = 100;

    public Task<ListFleetResponse> HandleAsync(Call call, ListFleetRequest request)
    {
        var most = request.MaxResults ?? Paging.PageSize;
        var (sync, problems) = (Sync(request.Sync), new List<Problem>());
        if (most is < 1 or > MostResults)
        {
            problems.Add(new Problem("maxResults", $"is {most}; it must be 1 to {MostResults}"));
        }

        if (request.Sync is not null && sync is null)
        {
            problems.Add(new Problem("sync", $"`{UserText.Excerpt(request.Sync)}` is none of applied, waiting, refused and notFiltered"));
        }

        if (problems.Count > 0)
        {
            throw Requests.Invalid(problems);
        }

        var tags = new TagFilter(request.Tags);
        var after = long.Parse(Paging.ReadPosition(call, request.PageToken, Paging.IsNumber) ?? "0", CultureInfo.InvariantCulture);
        var revision = services.Store.Revision;
        var (found, lookedAt, length) = (new List<InstanceStatus>(), 0, 0L);
        IReadOnlyList<Instance> piece;
        do
        {
            call.Aborted.ThrowIfCancellationRequested();
            piece = services.Store.View.ListInstances(call.Scope, after, Piece);
            foreach (var instance in piece)
            {
                if (found.Count == most || lookedAt == MostLookedAt || length >= PageToken.MostLength)
                {
                    return Task.FromResult(Answer(PageToken.Of(call, after.ToString(CultureInfo.InvariantCulture))));
                }

                (after, lookedAt) = (instance.Index, lookedAt + 1);
                if (tags.Fits(instance) && Fits(instance, request) && services.StatusOf(instance) is var status && (sync is null || sync(status)))
                {
                    found.Add(status);
                    length += 1_000 + (200L * instance.Ports.Rules.Length) + instance.Ports.Rules.Sum(rule => 24L * (rule.Ipv4Sources.Length + (2 * rule.Ipv6Sources.Length)));
                }
            }
        }
        while (piece.Count == Piece);
        return Task.FromResult(Answer(null));

        ListFleetResponse Answer(string? next)
        {
            call.NoteSteps(GetExposure.StepsOfInstance * (long)lookedAt);
            return new ListFleetResponse { Instances = found, Total = services.Store.View.CountInstances(call.Scope), Revision = revision, NextPageToken = next };
        }
    }

    private static bool Fits(Instance instance, ListFleetRequest request) =>
        (request.State is null || request.State == instance.State.ToWire())
        && (request.HostName is null || request.HostName == instance.Attachment.Host)
        && (string.IsNullOrEmpty(request.Query)
            || instance.Name.Contains(request.Query, StringComparison.OrdinalIgnoreCase)
            || InstanceStatuses.Addresses(instance).Append(instance.PrivateIpv4).Any(address => address?.ToString().Contains(request.Query, StringComparison.OrdinalIgnoreCase) == true));

    private static Func<InstanceStatus, bool>? Sync(string? word) => word switch
    {
        "applied" => status => IsApplied(status) && status.NotFiltered is null,
        "waiting" => status => !IsApplied(status) && status is { LastError: null, NotFiltered: null },
        "refused" => status => status.LastError is not null,
        "notFiltered" => status => status.NotFiltered is not null,
        _ => null,
    };

    private static bool IsApplied(InstanceStatus status) => status.AppliedRevision == status.DesiredRevision && status.LastError is null;
}
