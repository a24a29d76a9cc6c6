using System.Collections.Immutable;
using Portlight.Api;
using Portlight.Policies;
using Portlight.Storage;
using Portlight.Wire;
using Portlight.Wire.Query;

namespace Portlight.Identity;

/// <summary>
/// SimulateCustomPolicy and SimulatePrincipalPolicy: what policies would decide, and by which statements, with nothing done. Every condition key can be given,
/// those of port rules too (<c>portlight:FromPort</c>), which is how a guardrail is tried out.
/// </summary>
internal sealed class Simulations(IStore store, Principals principals)
{
    /// <summary>The parameters of SimulateCustomPolicy, which the other has, too.</summary>
    public const string CustomParameters =
        "ActionNames[] CallerArn ContextEntries[ContextKeyName ContextKeyType ContextKeyValues[]] Marker MaxItems "
        + "PermissionsBoundaryPolicyInputList[] PolicyInputList[] ResourceArns[] ResourceHandlingOption ResourceOwner ResourcePolicy";

    public const string PrincipalParameters = CustomParameters + " PolicySourceArn";

    private const int MostNames = 1000;

    public static Task CustomAsync(IamRequest request, XmlAnswer answer)
    {
        var asked = Read(request, isCustom: true);
        Authorization.Require(request.Call, new AccessQuestion(request.Action, "*"));
        SupposeCaller(asked, asked.CallerArn, null);
        var policies = new PrincipalPolicies(asked.Policies, asked.Boundary);
        SimulationShapes.Write(answer, SimulatedResult.PageOf(request.Call, asked, policies), policies);
        return Task.CompletedTask;
    }

    public Task OfPrincipalAsync(IamRequest request, XmlAnswer answer)
    {
        var arn = request.Require("PolicySourceArn", IamRules.Arn);
        var asked = Read(request, isCustom: false);
        var source = SimulatedPrincipal.Find(request, store.View, principals, arn);
        SupposeCaller(asked, asked.CallerArn ?? source.Arn, source);
        var policies = source.Policies with { Identity = source.Policies.Identity.AddRange(asked.Policies) };
        policies = asked.Boundary is null ? policies : policies with { Boundary = asked.Boundary };
        SimulationShapes.Write(answer, SimulatedResult.PageOf(request.Call, asked, policies), policies);
        return Task.CompletedTask;
    }

    private static Asked Read(IamRequest request, bool isCustom)
    {
        var texts = request.Texts("PolicyInputList", IamRules.Document);
        var boundaries = request.Texts("PermissionsBoundaryPolicyInputList", IamRules.Document, max: 1);
        var actions = request.Texts("ActionNames", IamRules.ActionName, MostNames);
        var resources = request.Texts("ResourceArns", IamRules.ResourceName, MostNames);
        var resourcePolicy = request.Find("ResourcePolicy", IamRules.Document);
        var handling = request.Find("ResourceHandlingOption", IamRules.ResourceName);
        var owner = request.Find("ResourceOwner", IamRules.ResourceName);
        var caller = request.Find("CallerArn", IamRules.ResourceName);
        var page = IamPage.Read(request);
        if (actions.Count == 0)
        {
            request.Refuse("ActionNames", "Member must not be null");
        }

        if (isCustom && texts.Count == 0)
        {
            request.Refuse("PolicyInputList", "Member must not be null");
        }

        var context = SimulatedContext.Read(request);
        Check(actions, caller, resourcePolicy ?? handling);
        context.Suppose("aws:ResourceAccount", owner);
        return new Asked(actions, resources.Count == 0 ? ["*"] : resources, Compile(texts, "PolicyInputList"), Compile(boundaries, "PermissionsBoundaryPolicyInputList").FirstOrDefault(), context, page)
        {
            CallerArn = caller,
        };
    }

    private static void Check(IReadOnlyList<string> actions, string? caller, string? ofOtherServices)
    {
        if (actions.FirstOrDefault(action => action.IndexOf(':') is <= 0 || action.EndsWith(':') || action.AsSpan().ContainsAny('*', '?')) is { } wrong)
        {
            throw IamException.InvalidInput($"ActionNames: {wrong} must be one action with its service, as lightsail:PutInstancePublicPorts.");
        }

        if (caller is not null && SimulatedPrincipal.KindOf(caller) != "user")
        {
            throw IamException.InvalidInput($"CallerArn: {caller} is not the ARN of an IAM user.");
        }

        if (ofOtherServices is not null)
        {
            throw IamException.InvalidInput("ResourcePolicy and ResourceHandlingOption are for services that have policies of resources; nothing here has.");
        }
    }

    private static ImmutableArray<Policy> Compile(IReadOnlyList<string> texts, string list)
    {
        var policies = ImmutableArray.CreateBuilder<Policy>(texts.Count);
        foreach (var text in texts)
        {
            var id = $"{list}.{policies.Count + 1}";
            policies.Add(PolicyDocument.TryParse(text, PolicyKind.Identity, out var document, out var problems)
                ? new Policy(id, PolicySource.None, document)
                : throw IamException.InvalidInput($"{id}: {string.Join("; ", problems)}"));
        }

        return policies.DrainToImmutable();
    }

    /// <summary>The keys that follow from who would call; the id and the tags are known where it is the simulated identity itself.</summary>
    private static void SupposeCaller(Asked asked, string? arn, SimulatedPrincipal? source)
    {
        if (arn is null || SimulatedPrincipal.KindOf(arn) == "group")
        {
            return;
        }

        asked.Context.Suppose("aws:PrincipalArn", arn);
        asked.Context.Suppose("aws:PrincipalAccount", arn.Split(':')[4]);
        asked.Context.Suppose("aws:username", SimulatedPrincipal.KindOf(arn) == "user" ? arn[(arn.LastIndexOf('/') + 1)..] : null);
        asked.Context.Suppose("aws:PrincipalType", source?.Type ?? nameof(PrincipalType.User));
        if (source is not null && source.Arn == arn)
        {
            asked.Context.Suppose("aws:userid", source.UserId);
            asked.Context.SupposeTags(source.Tags);
        }
    }

    /// <summary>What a simulation is asked for.</summary>
    internal sealed record Asked(
        IReadOnlyList<string> Actions, IReadOnlyList<string> Resources, ImmutableArray<Policy> Policies, Policy? Boundary, SimulatedContext Context, IamPage Page)
    {
        public string? CallerArn { get; init; }
    }
}
