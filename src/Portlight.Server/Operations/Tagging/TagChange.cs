using System.Collections.Immutable;
using Portlight.Domain;
using Portlight.Storage;
using Portlight.Wire;

namespace Portlight.Server.Operations.Tagging;

/// <summary>What TagResource and UntagResource share: the resource by name (and ARN, when it is given), and the one record that is left.</summary>
internal sealed class TagChange(IStore store)
{
    /// <param name="call">The request.</param>
    /// <param name="name">The resource.</param>
    /// <param name="arn">The resource's ARN as the caller gave it; null when it did not.</param>
    /// <param name="change">From the tags as they are to those that are wanted; throws for what is not allowed.</param>
    public Task<Operation> RunAsync(Call call, string name, string? arn, Func<ImmutableSortedDictionary<string, string?>, ImmutableSortedDictionary<string, string?>> change) =>
        store.CommitAsync(call, (view, changes) =>
        {
            var done = ChangeInstance(call, view, changes, name, arn, change) ?? ChangeKeyPair(call, view, changes, name, arn, change) ?? throw Missing(call, view, name);
            changes.Save(done);
            return done;
        });

    private static Operation? ChangeInstance(
        Call call, IStoreView view, Changes changes, string name, string? arn, Func<ImmutableSortedDictionary<string, string?>, ImmutableSortedDictionary<string, string?>> change)
    {
        if (view.FindInstance(call.Scope, name) is not { } instance)
        {
            return null;
        }

        Requests.RequireMatch(call, instance);
        RequireArn(instance.Arn, name, arn);
        changes.Save(instance with { Tags = change(instance.Tags) });
        return OperationShapes.Done(call, ResourceType.Instance, name, instance.AvailabilityZone, call.Operation);
    }

    private static Operation? ChangeKeyPair(
        Call call, IStoreView view, Changes changes, string name, string? arn, Func<ImmutableSortedDictionary<string, string?>, ImmutableSortedDictionary<string, string?>> change)
    {
        if (view.FindKeyPair(call.Scope, name) is not { } keyPair)
        {
            return null;
        }

        RequireArn(keyPair.Arn, name, arn);
        changes.Save(keyPair with { Tags = change(keyPair.Tags) });
        return OperationShapes.Done(call, ResourceType.KeyPair, name, OperationShapes.NoZone, call.Operation);
    }

    private static void RequireArn(string actual, string name, string? given)
    {
        if (given is not null && given != actual)
        {
            throw new InvalidInputException($"resourceArn: is not the ARN of {name}, which is {actual}");
        }
    }

    /// <summary>The user guide's list of what can be tagged leaves static IPs out, and they have no tags to show.</summary>
    private static LightsailException Missing(Call call, IStoreView view, string name) => view.FindStaticIp(call.Scope, name) is not null
        ? new InvalidInputException($"The StaticIp {name} cannot be tagged; instances and key pairs can")
        : new NotFoundException($"The resource does not exist: {name}");
}
