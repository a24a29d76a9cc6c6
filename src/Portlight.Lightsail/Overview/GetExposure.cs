using Portlight.Api;
using Portlight.Domain;
using Portlight.Wire.Lightsail;
using Portlight.Wire.PortlightApi;
using Instance = Portlight.Domain.Instance;

namespace Portlight.Lightsail;

/// <summary>What is open to whom, over all instances of an account and region.</summary>
internal sealed class GetExposure(Services services) : IOperation<GetExposureRequest, GetExposureResponse>
{
    private const int Piece = 500;

    /// <summary>Of an evaluation of policies, which pays from the same share of the account (<see cref="AccountShares"/>): about what reading an instance, or working out a rule, costs.</summary>
    internal const int StepsOfInstance = 200;

    public Task<GetExposureResponse> HandleAsync(Call call, GetExposureRequest request)
    {
        var tags = new TagFilter(request.Tags);
        var census = new ExposureCensus(services.Limits.Aliases, request.Port is null ? null : Port(request.Port), services.Options.AwsQuirks);
        var revision = services.Store.Revision;
        IReadOnlyList<Instance> piece;
        var after = 0L;
        do
        {
            call.Aborted.ThrowIfCancellationRequested();
            piece = services.Store.View.ListInstances(call.Scope, after, Piece);
            foreach (var instance in piece)
            {
                after = instance.Index;
                if (tags.Fits(instance))
                {
                    census.Add(instance, NotFiltered.Of(instance, services.Hosts.Of(instance)) is null);
                }
            }

            call.NoteSteps(StepsOfInstance * (long)piece.Count);
        }
        while (piece.Count == Piece);
        call.NoteSteps(StepsOfInstance * census.Work);
        return Task.FromResult(census.Result(revision));
    }

    private PortKey Port(PortInfo port)
    {
        if (!PortSet.TryCreate([port.ToInput()], services.Limits, out var set, out var problems))
        {
            throw Requests.Invalid([.. problems.Select(problem => problem with { Field = problem.Field.Replace("portInfos[0]", "port", StringComparison.Ordinal) })]);
        }

        return set.Rules[0] is { Protocol: not NetworkProtocol.All, IsFromEverywhere: true } rule && (rule.Protocol is NetworkProtocol.Icmp or NetworkProtocol.Icmpv6 || rule.FromPort == rule.ToPort)
            ? rule.Key
            : throw Requests.Invalid([new Problem("port", "is more than one port, or has sources: give one port, or an ICMP type and code, and nothing else")]);
    }
}
