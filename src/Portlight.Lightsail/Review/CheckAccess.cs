using System.Collections.Frozen;
using System.Collections.Immutable;
using Portlight.Api;
using Portlight.Domain;
using Portlight.Wire.PortlightApi;

namespace Portlight.Lightsail;

/// <summary>
/// What the caller's own policies would answer, so that a program can tell beforehand what it will be refused. Anybody may ask about themselves. What a request would bring is not known yet: an action is refused
/// here where it would be with every port rule and every tag (decision 0165).
/// </summary>
internal sealed class CheckAccess(Services services) : IOperation<CheckAccessRequest, CheckAccessResponse>
{
    private const int MaxQuestions = 100;
    private const int MaxArn = 2048;

    private static readonly FrozenSet<string> KeysOfPorts = PortKeys.All.Keys.Select(key => key.ToLowerInvariant()).ToFrozenSet(StringComparer.Ordinal);

    private static readonly FrozenSet<string> KeysOfTags = FrozenSet.Create(StringComparer.Ordinal, "aws:requesttag", "aws:tagkeys");

    /// <summary>What each action's request brings that conditions can ask about. Actions in any letter case.</summary>
    private static readonly FrozenDictionary<string, FrozenSet<string>> Brought = new Dictionary<string, FrozenSet<string>>
    {
        ["lightsail:PutInstancePublicPorts"] = KeysOfPorts,
        ["lightsail:OpenInstancePublicPorts"] = KeysOfPorts,
        ["lightsail:CloseInstancePublicPorts"] = KeysOfPorts,
        ["lightsail:CreateInstances"] = KeysOfPorts.Union(KeysOfTags).ToFrozenSet(StringComparer.Ordinal),
        ["lightsail:CreateKeyPair"] = KeysOfTags,
        ["lightsail:TagResource"] = KeysOfTags,
        ["lightsail:UntagResource"] = KeysOfTags,
        ["iam:CreateUser"] = KeysOfTags,
        ["iam:CreateRole"] = KeysOfTags,
        ["iam:CreatePolicy"] = KeysOfTags,
        ["iam:TagUser"] = KeysOfTags,
        ["iam:TagRole"] = KeysOfTags,
        ["iam:TagPolicy"] = KeysOfTags,
        ["iam:UntagUser"] = KeysOfTags,
        ["iam:UntagRole"] = KeysOfTags,
        ["iam:UntagPolicy"] = KeysOfTags,
        ["sts:AssumeRole"] = KeysOfTags,
        ["sts:TagSession"] = KeysOfTags,
        ["portlight:ApplyPorts"] = KeysOfPorts,
        ["portlight:AttachInstance"] = KeysOfPorts,
        ["portlight:ConfirmPorts"] = KeysOfPorts,
    }.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);

    public Task<CheckAccessResponse> HandleAsync(Call call, CheckAccessRequest request)
    {
        var questions = request.Questions ?? throw Requests.Invalid([new Problem("questions", "is missing")]);
        if (questions.Count > MaxQuestions)
        {
            throw Requests.Invalid([new Problem("questions", $"has {questions.Count} questions; at most {MaxQuestions} are allowed")]);
        }

        var problems = questions.SelectMany(Problems).ToList();
        return problems.Count > 0
            ? throw Requests.Invalid(problems)
            : Task.FromResult(new CheckAccessResponse { Answers = [.. questions.Select(question => Answer(call, question!))] });
    }

    private static IEnumerable<Problem> Problems(AccessCheck? question, int place)
    {
        var path = $"questions[{place}]";
        if (question?.Action is not { } action)
        {
            yield return new Problem($"{path}.action", "is missing");
        }
        else if (action.Split(':') is not [{ Length: > 0 }, { Length: > 0 }] || action.AsSpan().ContainsAny('*', '?'))
        {
            yield return new Problem($"{path}.action", $"`{UserText.Excerpt(action)}` is not the name of one action, as in lightsail:PutInstancePublicPorts");
        }

        if (question?.InstanceName is { } name && !ResourceName.IsValid(name))
        {
            yield return new Problem($"{path}.instanceName", ResourceName.Refusal(name));
        }

        if (question is { InstanceName: not null, ResourceArn: not null })
        {
            yield return new Problem($"{path}.resourceArn", "is there beside an instanceName; one of both is asked about");
        }
        else if (question?.ResourceArn is { } arn && (arn.Length > MaxArn || !arn.StartsWith("arn:", StringComparison.Ordinal) || arn.AsSpan().ContainsAny('*', '?')))
        {
            yield return new Problem($"{path}.resourceArn", $"`{UserText.Excerpt(arn)}` is not the ARN of one thing");
        }
    }

    private AccessAnswer Answer(Call call, AccessCheck check)
    {
        var refusal = check.InstanceName is { } name
            ? RefusalOn(call, check.Action!, name)
            : Authorization.WouldRefuse(call, [check.ResourceArn is { } arn ? About(check, arn) : Question(check.Action!, Account(call, check.Action!))]);
        return new AccessAnswer { IsAllowed = refusal is null, Message = refusal };
    }

    private static AccessQuestion Question(string action, string resource) => new(action, resource) { OpenKeys = Brought.GetValueOrDefault(action) };

    /// <summary>About what the caller says that there is.</summary>
    private static AccessQuestion About(AccessCheck check, string arn) => Question(check.Action!, arn) with
    {
        ResourceTags = check.ResourceTags is { Count: > 0 } tags ? tags.OfType<Wire.Lightsail.Tag>().Where(tag => tag.Key is not null).GroupBy(tag => tag.Key!, StringComparer.Ordinal).ToImmutableSortedDictionary(group => group.Key, group => group.First().Value, StringComparer.Ordinal) : null,
        More = new[] { ("iam:policyarn", check.PolicyArn), ("iam:permissionsboundary", check.PermissionsBoundaryArn) }.Where(key => key.Item2 is not null).ToImmutableDictionary(key => key.Item1, key => key.Item2!, StringComparer.Ordinal),
    };

    /// <summary>A caller that may neither do it nor read instances gets the answer that it would get if there were none of that name, as from the action itself.</summary>
    private string? RefusalOn(Call call, string action, string name)
    {
        var kind = ResourceKinds.Instance;
        var missing = Question(action, kind.MissingArn(call, name));
        if (services.Store.View.FindInstance(call.Scope, name) is not { } instance)
        {
            return Authorization.WouldRefuse(call, [missing]);
        }

        var refusal = Authorization.WouldRefuse(call, [Question(action, instance.Arn) with { ResourceTags = instance.Tags }]);
        return refusal is null || Authorization.Allows(call, new AccessQuestion(kind.ReadAction!, Authorization.LightsailResource(call)))
            ? refusal
            : Authorization.WouldRefuse(call, [missing]);
    }

    private static string Account(Call call, string action) => action.StartsWith("lightsail:", StringComparison.OrdinalIgnoreCase) || action.StartsWith("portlight:", StringComparison.OrdinalIgnoreCase)
        ? Authorization.LightsailResource(call)
        : "*";
}
