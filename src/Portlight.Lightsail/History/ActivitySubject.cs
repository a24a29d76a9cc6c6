using System.Text;
using System.Text.Json;
using Portlight.Api;
using Portlight.Audit;
using Portlight.Domain;
using Portlight.Storage;

namespace Portlight.Lightsail;

/// <summary>The instance whose events are looked for: the one that has the name, and, for a caller that may on every instance, those that had it.</summary>
internal sealed class ActivitySubject
{
    public const string InstanceType = "AWS::Lightsail::Instance";

    private readonly byte[]? _arn;
    private readonly byte[] _name;

    private ActivitySubject(string name, Instance? instance, bool isAnyOfTheName)
    {
        Name = name;
        Instance = instance;
        IsAnyOfTheName = isAnyOfTheName;
        _arn = instance is null ? null : Encoding.UTF8.GetBytes(instance.Arn);
        _name = Encoding.UTF8.GetBytes(name);
    }

    public string Name { get; }

    /// <summary>The instance as it is; null for one that is gone.</summary>
    public Instance? Instance { get; }

    /// <summary>False: the caller may know of this instance, and of no other.</summary>
    public bool IsAnyOfTheName { get; }

    /// <summary>Asks whether the caller may.</summary>
    /// <exception cref="Wire.LightsailException">It may not.</exception>
    public static ActivitySubject Require(Call call, IStoreView view, string name)
    {
        var instance = new ResourceAccess<Instance>(call, ResourceKinds.Instance, name).Find(view);
        return new ActivitySubject(name, instance, instance is null || Authorization.Allows(call, new AccessQuestion(call.Entry!.Action, ResourceKinds.Instance.MissingArn(call, name))));
    }

    /// <summary>False for most events that are of something else: what is not read any further.</summary>
    public bool MayBeIn(ReadOnlySpan<byte> line) => (IsAnyOfTheName && line.IndexOf(_name) >= 0) || (_arn is not null && line.IndexOf(_arn) >= 0);

    /// <summary>Whether the event is about it: by its ARN, which the server wrote; by its name for whom that is enough.</summary>
    public bool IsIn(EventSummary summary, JsonElement whole) =>
        (IsAnyOfTheName && summary.Resources.Exists(resource => resource.ResourceType == InstanceType && resource.ResourceName == Name))
        || (Instance is not null && RecordedEvent.Arns(whole).Contains(Instance.Arn));
}
