using System.Collections.Immutable;
using System.Globalization;
using Portlight.Policies;

namespace Portlight.Api;

/// <summary>
/// What conditions can ask about a request (IAM user guide, global condition context keys; docs/access-control.md lists them). Each is worked out when it is
/// asked for. What the request does not have is absent, as AWS has it: a user's name for a role, tags of what has none.
/// </summary>
internal sealed class RequestContext(Call call, AccessQuestion question) : IRequestContext
{
    /// <summary>What patterns see of the caller's own text is cut; CloudTrail's events hold as much of it.</summary>
    private const int MostUserAgent = 1024;

    private const string IsoTime = "yyyy-MM-dd'T'HH:mm:ss'Z'";

    public bool TryGet(ConditionKey key, out ContextValues values)
    {
        if (key is { Name: "aws:tagkeys", Part: null })
        {
            return Many(question.TagKeys ?? (question.RequestTags is { } tags ? [.. tags.Keys] : null), out values);
        }

        if (key is { Name: "portlight:sourcecidr", Part: null })
        {
            return Many(question.Rule is { Ports: not null } rule ? rule.Sources : null, out values);
        }

        if (key is { Name: "sts:transitivetagkeys", Part: null })
        {
            return Many(question.TransitiveTagKeys, out values);
        }

        var value = key.Part is { } part ? OfTag(key.Name, part) : OfRequest(key.Name) ?? OfPrincipal(key.Name) ?? OfPorts(key.Name) ?? question.More?.GetValueOrDefault(key.Name);
        values = value is null ? default : new ContextValues(value);
        return value is not null;
    }

    public bool IsOpen(ConditionKey key) => question.OpenKeys?.Contains(key.Name) == true;

    /// <summary>The keys that name a tag. Static tags of the caller are found whatever their case by their own order.</summary>
    private string? OfTag(string name, string tag) => name switch
    {
        "aws:resourcetag" or "lightsail:resourcetag" or "iam:resourcetag" => Find(question.ResourceTags, tag),
        "aws:requesttag" => Find(question.RequestTags, tag),
        "aws:principaltag" => call.Principal.Tags.GetValueOrDefault(tag),
        _ => null,
    };

    private string? OfRequest(string name) => name switch
    {
        "aws:sourceip" => call.Origin.Source?.ToString(),
        "aws:currenttime" => Iso(call.Now),
        "aws:epochtime" => call.Now.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture),
        "aws:requestedregion" => call.Region,
        "aws:securetransport" => Text(call.Origin.IsSecure),
        "aws:useragent" => call.Origin.UserAgent is { Length: > MostUserAgent } longer ? longer[..MostUserAgent] : call.Origin.UserAgent,
        "aws:resourceaccount" => question.ResourceAccount ?? call.Principal.AccountId, // nothing but roles is shared between accounts
        "aws:viaawsservice" => "false",
        _ => null,
    };

    private string? OfPrincipal(string name) => name switch
    {
        "aws:principalarn" => call.Principal.RoleArn ?? call.Principal.Arn,
        "aws:principalaccount" => call.Principal.AccountId,
        "aws:principaltype" => call.Principal.Type.ToString(),
        "aws:principalisawsservice" => "false",
        "aws:sourceidentity" => call.Principal.SessionTerms.SourceIdentity,
        "aws:userid" => call.Principal.UserId,
        "aws:username" => call.Principal.UserName,
        "aws:tokenissuetime" => call.Principal.SessionIssuedAt is { } issued ? Iso(issued) : null,
        "aws:multifactorauthpresent" => call.Principal.SessionIssuedAt is null ? null : "false", // only sessions have it, and nobody has such a device here
        _ => null,
    };

    private string? OfPorts(string name) => name switch
    {
        "portlight:protocol" => question.Rule?.Protocol,
        "portlight:fromport" => question.Rule?.FromPort,
        "portlight:toport" => question.Rule?.ToPort,
        "portlight:anysource" => question.Rule is { Ports: { } ports } rule ? Text(ports.IsOpenToAll(rule.Rule)) : null,
        "portlight:change" => question.Rule is { Ports: { } ports } rule ? ports.Opens(rule.Rule) ? PortKeys.Opens : PortKeys.Keeps : null,
        "portlight:closesports" => question.Ports is { } ports ? Text(ports.ClosesPorts) : null,
        _ => null,
    };

    /// <summary>
    /// Tag keys of resources distinguish case and those in policies do not: where a resource has two that differ by case alone, the one that is written as in
    /// the policy counts. A tag without a value has the empty one.
    /// </summary>
    private static string? Find(ImmutableSortedDictionary<string, string?>? tags, string key)
    {
        if (tags is null)
        {
            return null;
        }

        if (tags.TryGetValue(key, out var value))
        {
            return value ?? "";
        }

        foreach (var tag in tags)
        {
            if (string.Equals(tag.Key, key, StringComparison.OrdinalIgnoreCase))
            {
                return tag.Value ?? "";
            }
        }

        return null;
    }

    private static bool Many(IReadOnlyList<string>? list, out ContextValues values)
    {
        values = list is null ? default : new ContextValues(list);
        return list is not null;
    }

    private static string Text(bool value) => value ? "true" : "false";

    private static string Iso(DateTimeOffset time) => time.UtcDateTime.ToString(IsoTime, CultureInfo.InvariantCulture);
}
