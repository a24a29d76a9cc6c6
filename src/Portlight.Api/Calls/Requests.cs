using System.Diagnostics.CodeAnalysis;
using Portlight.Domain;
using Portlight.Storage;
using Portlight.Wire;

namespace Portlight.Api;

/// <summary>What most operations ask of a request, with the service's own words where they are known (docs/conformance.md).</summary>
internal static class Requests
{
    /// <summary>A name as a request gives it; refused in the service's words.</summary>
    public static string RequireName(Call call, [NotNull] string? name, string field)
    {
        if (name is null)
        {
            throw Invalid([new Problem(field, "is missing")]);
        }

        if (!ResourceName.IsValid(name))
        {
            throw new InvalidInputException(ResourceName.Refusal(name));
        }

        call.Resource = name;
        return name;
    }

    /// <summary>A name and what a request has beside it; where both are wrong, one refusal says so.</summary>
    /// <param name="call">The call.</param>
    /// <param name="name">The name.</param>
    /// <param name="field">Where it stands.</param>
    /// <param name="read">Reads the rest, and refuses what is wrong with it.</param>
    public static (string Name, TRest Others) RequireName<TRest>(Call call, string? name, string field, Func<TRest> read)
    {
        var problem = name is null ? $"{field}: is missing" : ResourceName.IsValid(name) ? null : ResourceName.Refusal(name);
        call.Resource = problem is null ? name : null;
        TRest rest;
        try
        {
            rest = read();
        }
        catch (InvalidInputException refused) when (problem is not null)
        {
            throw new InvalidInputException($"{problem}; {refused.Message}") { Problems = refused.Problems };
        }

        return problem is null ? (name!, rest) : throw new InvalidInputException(problem);
    }

    public static Instance RequireInstance(this IStoreView view, Call call, string name) =>
        view.FindInstance(call.Scope, name) ?? throw new NotFoundException($"The Instance does not exist: {name}");

    /// <summary>Compare-and-set, beyond AWS: nothing is written when the instance is no longer the one that the caller read.</summary>
    public static void RequireMatch(Call call, Instance instance)
    {
        if (call.IfMatch is { } tag && tag != "*" && tag != EntityTag(instance))
        {
            throw new PreconditionFailedException($"the instance {instance.Name} has changed since entity tag {UserText.Excerpt(tag)}; it is now {EntityTag(instance)}");
        }
    }

    public static string EntityTag(Instance instance) => instance.Revision.ToString();

    /// <summary>Instances, static IPs and key pairs of a region share one namespace.</summary>
    public static InvalidInputException NameTaken(string names) => new($"Some names are already in use: {names}") { Code = ErrorCodes.NameExists };

    /// <summary>One answer that names every problem of the request.</summary>
    public static InvalidInputException Invalid(IReadOnlyList<Problem> problems) => new(string.Join("; ", problems)) { Problems = problems };
}
