using Portlight.Api;
using Portlight.Domain;
using Portlight.Wire;
using Portlight.Wire.PortlightApi;

namespace Portlight.Lightsail;

/// <summary>What a change of an instance's ports would do: the ports as they would be, what becomes of packets, and what would refuse it. Nothing is written.</summary>
internal sealed class PreviewPorts(Services services) : IOperation<PreviewPortsRequest, PreviewPortsResponse>
{
    /// <summary>A change of single ICMP codes has one for each code.</summary>
    private const int ListedEffects = 200;

    public async Task<PreviewPortsResponse> HandleAsync(Call call, PreviewPortsRequest request)
    {
        var name = Requests.RequireName(call, request.InstanceName, "instanceName");
        var asked = new[] { request.PortInfos is not null, request.Open is not null, request.Close is not null }.Count(one => one);
        if (asked != 1)
        {
            throw Requests.Invalid([new Problem("portInfos, open, close", $"exactly one of them is wanted, and {(asked == 0 ? "none" : "more than one")} is there")]);
        }

        var instance = new ResourceAccess<Instance>(call, ResourceKinds.Instance, name).Require(services.Store.View);
        var answer = new PreviewPortsResponse
        {
            PortStatesBefore = instance.Ports.ToPortStates(services.Options.AwsQuirks),
            Expiring = instance.Expiring.ToWire(services.Options.AwsQuirks),
            EntityTag = Requests.EntityTag(instance),
        };
        call.EntityTag = answer.EntityTag;
        try
        {
            var wanted = Read(request);
            var (after, _) = wanted.Decide(instance.Ports);
            // With the networks that are not filtered: what a rule closes goes on coming in from there.
            var effects = PortDifferences.Between(instance.LetIn, instance.Attachment.LetIn(after), services.Limits.Aliases);
            var (refusals, allowedBy) = await AccessAsync(call, instance, wanted, after);
            return answer with
            {
                PortStatesAfter = after.ToPortStates(services.Options.AwsQuirks),
                Effects = [.. effects.Take(ListedEffects).Select(effect => effect.ToWire())],
                FurtherEffects = Math.Max(0, effects.Count - ListedEffects),
                Refusals = refusals,
                AllowedBy = allowedBy,
                Connections = request.IncludeConnections == true ? await PresentConnections.CutByAsync(services, call, instance, after) : null,
            };
        }
        catch (InvalidInputException invalid) when (invalid.Problems.Count > 0)
        {
            return answer with { Problems = [.. invalid.Problems.Select(problem => new RequestProblem { Field = problem.Field, Message = problem.Message })] };
        }
    }

    private PortRequest Read(PreviewPortsRequest request) =>
        request.PortInfos is { } infos ? PortRequest.Put(infos, services.Limits)
        : request.Open is { } open ? PortRequest.Open(open, services.Limits)
        : PortRequest.Close(request.Close!, services.Limits);

    /// <summary>What would refuse the change, and which statements of the caller's policies allow it.</summary>
    private async Task<(List<string> Refusals, IReadOnlyList<AllowingStatement>? AllowedBy)> AccessAsync(Call call, Instance instance, PortRequest wanted, PortSet after)
    {
        var refusals = new List<string>();
        var question = new AccessQuestion(wanted.Action, instance.Arn) { ResourceTags = instance.Tags };
        var (denied, allowed) = Authorization.Foresee(call, wanted.Questions(call, question, instance, services.Limits));
        if (denied is not null)
        {
            refusals.Add(denied);
        }

        try
        {
            await services.SshGuard.RequireAsync(call, instance, after);
        }
        catch (InvalidInputException guarded)
        {
            refusals.Add(guarded.Message);
        }

        return (refusals, denied is null ? [.. allowed.Select(one => new AllowingStatement(one.Policy!.Id, one.Statement!.ToString())).Distinct()] : null);
    }
}
