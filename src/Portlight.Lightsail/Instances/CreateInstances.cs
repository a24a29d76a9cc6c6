using Portlight.Api;
using Portlight.Domain;
using Portlight.Storage;
using Portlight.Wire;
using Portlight.Wire.Lightsail;

namespace Portlight.Lightsail;

/// <summary>
/// Makes one instance for each name, all or none, with the ports that its blueprint opens. The answer is <c>Started</c> and the state pending; the reconciler
/// carries the instance to the kernel, and then it is running and its operation has succeeded.
/// </summary>
internal sealed class CreateInstances(Services services) : IOperation<CreateInstancesRequest, CreateInstancesResponse>
{
    /// <summary>
    /// Instances in one region of an account that does not own the installation (20 in the service, too): all accounts draw from the same private addresses, and
    /// each instance is a namespace on the same machine.
    /// </summary>
    private const int DefaultQuota = 20;

    public async Task<CreateInstancesResponse> HandleAsync(Call call, CreateInstancesRequest request)
    {
        var wanted = NewInstances.Read(call, request);
        Authorization.RequireAll(call, Questions(call, wanted));
        LabPlaces.RequireMayName(call, wanted);
        var operations = await services.Store.CommitAsync(call, (view, changes) => Create(call, wanted, view, changes));
        return new CreateInstancesResponse { Operations = [.. operations.Select(operation => operation.ToWire())] };
    }

    /// <summary>The blueprint opens ports: creating must not be a way around what opening them needs.</summary>
    private List<AccessQuestion> Questions(Call call, NewInstances wanted)
    {
        var place = $"blueprint {wanted.Blueprint.Id}";
        var ports = new PortsAsked(wanted.Blueprint.DefaultPorts, [.. wanted.Blueprint.DefaultPorts.Rules.Select(rule => (place, rule))]);
        var creation = RequestTags.Questions(call, new AccessQuestion(call.Entry!.Action, Authorization.AccountResource(call)), ResourceType.Instance, wanted.Tags);
        return [.. PortQuestions.Of(call, creation[0], PortSet.Empty, () => ports, services.Limits), .. creation.Skip(1), .. OfHost(call, wanted)];
    }

    /// <summary>A host that is named is asked too.</summary>
    private static IEnumerable<AccessQuestion> OfHost(Call call, NewInstances wanted) =>
        wanted.HostName is { } host && call.Principal.OwnsInstallation ? [new AccessQuestion(call.Entry!.Action, HostAccess.Arn(call, host))] : [];

    private List<Domain.Operation> Create(Call call, NewInstances wanted, IStoreView view, Changes changes)
    {
        Require(TakenNames(call, wanted, view), QuotaReached(call, wanted, view), MissingKeyPair(call, wanted, view));
        var addresses = new AddressDraw(view, services.Options);
        var places = new LabPlaces(call, wanted, services.Hosts);
        var operations = new List<Domain.Operation>(wanted.Names.Length);
        foreach (var name in wanted.Names)
        {
            var place = places.Next();
            if (place.Host != HostName.Local)
            {
                HostAccess.RequirePlace(view, place.Host, current: null);
            }

            var operation = OperationShapes.Begin(call, changes.Save(New(call, name, wanted, changes.NewIndex(), addresses, place)), "CreateInstance", details: null);
            changes.Add(operation);
            operations.Add(operation);
        }

        return operations;
    }

    private static Domain.Instance New(Call call, string name, NewInstances wanted, long index, AddressDraw addresses, Attachment place) => new()
    {
        Scope = call.Scope,
        Name = name,
        Id = Ids.Random(),
        Index = index,
        CreatedAt = call.Now,
        AvailabilityZone = wanted.Zone,
        BlueprintId = wanted.Blueprint.Id,
        BundleId = wanted.Bundle.Id,
        Attachment = place,
        Ports = wanted.Blueprint.DefaultPorts,
        IpAddressType = wanted.IpAddressType,
        PublicIpv4 = wanted.IpAddressType == IpAddressType.Ipv6 ? null : addresses.PublicIpv4(index),
        PrivateIpv4 = addresses.PrivateIpv4(index),
        Ipv6Address = wanted.IpAddressType == IpAddressType.Ipv4 ? null : addresses.Ipv6(index),
        KeyPairName = wanted.KeyPairName,
        UserData = wanted.UserData,
        Tags = wanted.Tags,
    };

    /// <summary>Ends the call with the one problem that there is, or with one error that names them all.</summary>
    private static void Require(params LightsailException?[] problems)
    {
        LightsailException[] found = [.. problems.OfType<LightsailException>()];
        if (found.Length > 0)
        {
            throw found.Length == 1 ? found[0] : new InvalidInputException(string.Join("; ", found.Select(problem => problem.Message))) { Code = found[0].Code };
        }
    }

    private static InvalidInputException? TakenNames(Call call, NewInstances wanted, IStoreView view)
    {
        var taken = wanted.Names.Where(name => view.IsNameTaken(call.Scope, name)).ToList();
        return taken.Count > 0 ? Requests.NameTaken(string.Join(", ", taken)) : null;
    }

    private InvalidInputException? QuotaReached(Call call, NewInstances wanted, IStoreView view)
    {
        var quota = services.Options.InstanceQuota ?? (call.Principal.OwnsInstallation ? 0 : DefaultQuota);
        return quota > 0 && view.CountInstances(call.Scope) + wanted.Names.Length > quota
            ? new InvalidInputException(
                $"Sorry, you've reached your maximum limit of Lightsail Instances : {quota}. If you're new to Lightsail, please try again later. If the issue persists, please contact Customer Support.")
            {
                Tip = "the operator of this installation sets the limit with --instance-quota",
            }
            : null;
    }

    private static NotFoundException? MissingKeyPair(Call call, NewInstances wanted, IStoreView view) =>
        view.FindKeyPair(call.Scope, wanted.KeyPairName) is null ? new NotFoundException($"The KeyPair does not exist: {wanted.KeyPairName}") : null;
}
