using System.Collections.Immutable;
using Portlight.Api;
using Portlight.Domain;
using Portlight.Storage;
using Portlight.Wire;

namespace Portlight.Lightsail;

/// <summary>What TagResource and UntagResource share: the resource by name (and ARN, when it is given), and the one record that is left.</summary>
internal sealed class TagChange(IStore store)
{
    /// <param name="call">The request.</param>
    /// <param name="name">The resource.</param>
    /// <param name="arn">The resource's ARN as the caller gave it; null when it did not.</param>
    /// <param name="ask">Puts the tags or keys of the request into the question whether the caller may.</param>
    /// <param name="change">From the tags as they are to those that are wanted; throws for what is not allowed.</param>
    public Task<Operation> RunAsync(
        Call call,
        string name,
        string? arn,
        Func<AccessQuestion, AccessQuestion> ask,
        Func<ImmutableSortedDictionary<string, string?>, ImmutableSortedDictionary<string, string?>> change)
    {
        var tagged = new Tagged(call, name, ask);
        return store.CommitAsync(call, (view, changes) =>
        {
            var resource = tagged.Require(view);
            var done = resource switch
            {
                Instance instance => Change(call, changes, instance, arn, change),
                KeyPair keyPair => Change(call, changes, keyPair, arn, change),
                // The user guide's list of what can be tagged leaves static IPs out, and they have no tags to show.
                _ => throw new InvalidInputException($"The StaticIp {name} cannot be tagged; instances and key pairs can"),
            };
            changes.Add(done);
            return done;
        });
    }

    private static Operation Change(
        Call call, Changes changes, Instance instance, string? arn, Func<ImmutableSortedDictionary<string, string?>, ImmutableSortedDictionary<string, string?>> change)
    {
        Requests.RequireMatch(call, instance);
        RequireArn(instance.Arn, instance.Name, arn);
        var tags = change(instance.Tags);
        if (!tags.SequenceEqual(instance.Tags)) // an instance is written whole for each revision
        {
            changes.Save(instance with { Tags = tags });
        }

        return OperationShapes.Done(call, ResourceType.Instance, instance.Name, instance.AvailabilityZone, call.Operation);
    }

    private static Operation Change(
        Call call, Changes changes, KeyPair keyPair, string? arn, Func<ImmutableSortedDictionary<string, string?>, ImmutableSortedDictionary<string, string?>> change)
    {
        RequireArn(keyPair.Arn, keyPair.Name, arn);
        changes.Save(keyPair with { Tags = change(keyPair.Tags) });
        return OperationShapes.Done(call, ResourceType.KeyPair, keyPair.Name, OperationShapes.NoZone, call.Operation);
    }

    private static void RequireArn(string actual, string name, string? given)
    {
        if (given is not null && given != actual)
        {
            throw new InvalidInputException($"resourceArn: is not the ARN of {name}, which is {actual}");
        }
    }

    /// <summary>Whatever has the name. When nothing has, the answer is one for every kind, or it would tell kinds apart.</summary>
    private sealed class Tagged(Call call, string name, Func<AccessQuestion, AccessQuestion> ask)
    {
        private readonly ResourceAccess<Instance> _instance = Of(ResourceKinds.Instance, call, name, ask);
        private readonly ResourceAccess<KeyPair> _keyPair = Of(ResourceKinds.KeyPair, call, name, ask);
        private readonly ResourceAccess<StaticIp> _staticIp = Of(ResourceKinds.StaticIp, call, name, ask);

        public object Require(IStoreView view) =>
            view.FindKeyPair(call.Scope, name) is not null ? _keyPair.Require(view)
            : view.FindStaticIp(call.Scope, name) is not null ? _staticIp.Require(view)
            : _instance.Require(view);

        private static ResourceAccess<TRow> Of<TRow>(ResourceKind<TRow> kind, Call call, string name, Func<AccessQuestion, AccessQuestion> ask)
            where TRow : class => new(
                call,
                kind with { MissingArn = ResourceKinds.Instance.MissingArn, Missing = missing => new NotFoundException($"The resource does not exist: {missing}") },
                name,
                (question, _) => [ask(question)]);
    }
}
