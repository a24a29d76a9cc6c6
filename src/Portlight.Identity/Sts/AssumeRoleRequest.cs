using System.Collections.Immutable;
using Portlight.Api;
using Portlight.Domain;
using Portlight.Wire;
using Portlight.Wire.Query;

namespace Portlight.Identity;

/// <summary>What a caller of AssumeRole asks for, well-formed.</summary>
internal sealed record AssumeRoleRequest
{
    private const int MostPolicyArns = 10;

    public required string RoleArn { get; init; }

    public required string SessionName { get; init; }

    /// <summary>Null where the request does not say.</summary>
    public int? Seconds { get; init; }

    public string? ExternalId { get; init; }

    public string? Policy { get; init; }

    public ImmutableArray<string> PolicyArns { get; init; } = [];

    /// <summary>The tags that the request gives, without those that it inherits.</summary>
    public ImmutableSortedDictionary<string, string> Tags { get; init; } = IdentityDefaults.Tags;

    public IReadOnlyList<string> TransitiveTagKeys { get; init; } = [];

    public string? SourceIdentity { get; init; }

    /// <exception cref="IamException">Something of it is not well-formed; everything that is not is named.</exception>
    /// <exception cref="AccessDeniedException">It has a code of a device, of which nobody has one here.</exception>
    public static AssumeRoleRequest Read(Call call, QueryRequest form)
    {
        var request = new IamRequest(call, form);
        var read = new AssumeRoleRequest
        {
            RoleArn = request.Require("RoleArn", IamRules.Arn),
            SessionName = request.Require("RoleSessionName", StsRules.SessionName),
            Seconds = request.FindNumber("DurationSeconds", Durations.Shortest, Durations.LongestOfRole),
            ExternalId = request.Find("ExternalId", StsRules.ExternalId),
            Policy = request.Find("Policy", StsRules.Policy),
            PolicyArns = [.. request.Structures("PolicyArns", MostPolicyArns, prefix => request.Require(prefix + "arn", IamRules.Arn))],
            Tags = IamTags.Read(request),
            TransitiveTagKeys = request.Texts("TransitiveTagKeys", IamRules.TagKey, Quotas.Tags),
            SourceIdentity = request.Find("SourceIdentity", StsRules.SourceIdentity),
        };
        request.Done();
        IamTags.RequireOwnKeys(read.Tags.Keys);
        if (form.Find("SerialNumber") is not null || form.Find("TokenCode") is not null)
        {
            throw new AccessDeniedException(GetSessionToken.NoDevice);
        }

        return read;
    }

    /// <summary>The terms of the session: what is asked for, and what the caller's own session passes on.</summary>
    /// <exception cref="IamException">The two contradict each other.</exception>
    public SessionTerms Terms(SessionTerms callers)
    {
        if (TransitiveTagKeys.Any(key => !Tags.ContainsKey(key)))
        {
            throw IamException.InvalidParameterValue("The specified transitive tag key must be included in the requested tags.");
        }

        if (Tags.Keys.Any(callers.TransitiveTagKeys.Contains))
        {
            throw IamException.InvalidParameterValue("One of the specified transitive tag keys can't be set because it conflicts with a transitive tag key from the calling session.");
        }

        return new SessionTerms
        {
            Policy = Policy,
            PolicyArns = PolicyArns,
            Tags = Tags.AddRange(callers.Tags.Where(tag => callers.TransitiveTagKeys.Contains(tag.Key))),
            TransitiveTagKeys = callers.TransitiveTagKeys.Union(TransitiveTagKeys),
            SourceIdentity = callers.SourceIdentity ?? SourceIdentity,
        };
    }
}
