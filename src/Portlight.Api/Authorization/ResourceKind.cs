using System.Collections.Immutable;
using Portlight.Domain;
using Portlight.Storage;
using Portlight.Wire;

namespace Portlight.Api;

/// <summary>A kind of resource, as far as permissions are asked on it.</summary>
internal sealed record ResourceKind<TRow>
    where TRow : class
{
    /// <summary>
    /// What a caller must be allowed on the account's resources to be told of one that it may not touch, <c>lightsail:GetInstance</c>; null where a refusal shows
    /// nothing but what the request itself names.
    /// </summary>
    public string? ReadAction { get; init; }

    public required Func<IStoreView, Scope, string, TRow?> Find { get; init; }

    public required Func<TRow, string> Arn { get; init; }

    public Func<TRow, ImmutableSortedDictionary<string, string?>?> Tags { get; init; } = _ => null;

    /// <summary>What a permission is asked on when there is none of the name, without tags.</summary>
    public required Func<Call, string, string> MissingArn { get; init; }

    /// <summary>What a refusal calls one of that name; null for its ARN.</summary>
    public Func<string, string>? ShownAs { get; init; }

    /// <summary>What a caller that may is told when there is none of the name.</summary>
    public required Func<string, LightsailException> Missing { get; init; }
}

/// <summary>The kinds that there are.</summary>
internal static class ResourceKinds
{
    public static ResourceKind<Instance> Instance { get; } = new()
    {
        ReadAction = "lightsail:GetInstance",
        Find = (view, scope, name) => view.FindInstance(scope, name),
        Arn = instance => instance.Arn,
        Tags = instance => instance.Tags,
        MissingArn = (call, _) => AnyOf(call, nameof(ResourceType.Instance)),
        Missing = name => new NotFoundException($"The Instance does not exist: {name}"),
    };

    public static ResourceKind<StaticIp> StaticIp { get; } = new()
    {
        ReadAction = "lightsail:GetStaticIp",
        Find = (view, scope, name) => view.FindStaticIp(scope, name),
        Arn = staticIp => staticIp.Arn,
        MissingArn = (call, _) => AnyOf(call, nameof(ResourceType.StaticIp)),
        Missing = name => new NotFoundException($"The StaticIp does not exist: {name}"),
    };

    public static ResourceKind<KeyPair> KeyPair { get; } = new()
    {
        ReadAction = "lightsail:GetKeyPair",
        Find = (view, scope, name) => view.FindKeyPair(scope, name),
        Arn = keyPair => keyPair.Arn,
        Tags = keyPair => keyPair.Tags,
        MissingArn = (call, _) => AnyOf(call, nameof(ResourceType.KeyPair)),
        Missing = name => new NotFoundException($"The KeyPair does not exist: {name}"),
    };

    /// <summary><c>arn:aws:lightsail:us-east-1:111122223333:Instance/*</c>.</summary>
    public static string AnyOf(Call call, string type) => $"arn:aws:lightsail:{call.Region}:{call.Principal.AccountId}:{type}/*";
}
