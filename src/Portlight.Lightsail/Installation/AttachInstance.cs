using Portlight.AgentProtocol;
using Portlight.Api;
using Portlight.Domain;
using Portlight.Storage;
using Portlight.Wire;
using Portlight.Wire.PortlightApi;
using Attachment = Portlight.Domain.Attachment;
using Authorization = Portlight.Api.Authorization;

namespace Portlight.Lightsail;

/// <summary>
/// Puts an interface or the whole machine behind a port set, as an instance; attaching again changes the attachment. It starts with SSH alone unless it is told
/// otherwise, and a dry run says what would close.
/// </summary>
internal sealed class AttachInstance(Services services) : IOperation<AttachInstanceRequest, AttachInstanceResponse>
{
    /// <summary>What an attached machine has for a blueprint and a bundle: it was made elsewhere.</summary>
    public const string Elsewhere = "attached";

    /// <summary>IFNAMSIZ of the kernel's if.h less its closing zero.</summary>
    private const int LongestRealName = 15;

    private static readonly PortSet SshOnly = PortSet.Of(new PortRule(new PortKey(NetworkProtocol.Tcp, 22, 22), [Cidr.AnyIpv4], [Cidr.AnyIpv6], []));

    public async Task<AttachInstanceResponse> HandleAsync(Call call, AttachInstanceRequest request)
    {
        var (name, (attachment, asked)) = Requests.RequireName(call, request.InstanceName, "instanceName", () => ReadPlace(request));
        var place = attachment;
        var access = Access(call, name, request, () => place, asked);
        call.AskAhead();
        HostAccess.RequirePlace(services.Store.View, attachment.Host, access.Find(services.Store.View));
        var facts = await InspectAsync(attachment);
        var isByName = AttachmentReader.IsByName(request);
        if (facts.Refusal is not null && !(facts.IsMissing && IsWaitedFor(attachment, isByName)))
        {
            throw new InvalidInputException(facts.Refusal);
        }

        place = Found(attachment, facts.Interface);
        attachment = Stored(attachment, facts.Interface, isByName);
        var standing = services.Store.View.FindInstance(call.Scope, name);
        if (standing is not null && !standing.Attachment.IsSamePlace(place))
        {
            // Now that the device is known: the name may have been another device's, which nothing filters then.
            access = Access(call, name, request, () => place, asked);
            access.Find(services.Store.View);
        }

        var preview = new AttachPreview(facts, HostReach.Of(standing, services.Limits), HostReach.Of(attachment, asked ?? standing?.Ports ?? SshOnly, services.Limits));
        if (request.DryRun != true && request.MayCutSsh != true && call.ConfirmWithin is null)
        {
            services.SshGuard.Require(services.Hosts.Of(attachment.Host), facts.Inbound, preview.Before, preview.After);
        }

        var (before, ports, begun) = request.DryRun == true ? Plan(call, name, attachment, asked) : await SaveAsync(call, access, name, attachment, asked);
        var operation = begun is null ? null : await services.Confirmation.OfAsync(begun);
        return new AttachInstanceResponse
        {
            IsDryRun = request.DryRun == true,
            NotFiltered = NotFiltered.Of(services.Hosts.Of(attachment.Host)),
            Attachment = (attachment is Attachment.Interface ? place : attachment).ToWire(),
            ClosedInterfaces = [.. facts.Matching.Except(AttachedNames(attachment.Host))],
            Waiting = facts.IsMissing ? "waiting: no such device yet; it is filtered as soon as it is there" : null,
            WasAttached = before is not null,
            PortStatesBefore = before?.Ports.ToPortStates(services.Options.AwsQuirks) ?? [],
            PortStatesAfter = ports.ToPortStates(services.Options.AwsQuirks),
            Listeners = preview.Listeners(),
            PublishedPorts = preview.PublishedPorts(),
            Unseen = facts.Unseen,
            SshSessions = preview.SshSessions(),
            CutConnections = preview.CutConnections(),
            OutboundConnections = facts.OutboundConnections,
            AreProcessesHidden = facts.AreProcessesHidden,
            Operation = operation?.ToWire(),
            ConfirmBy = call.ConfirmBy,
        };
    }

    /// <summary>
    /// Asked on the instance that is attached again, else on the account's resources, and of every rule that it will have, the networks that are not filtered as one
    /// more: attaching must not be a way around what opening ports needs. Attached elsewhere, or with fewer names closed, what is let go is detached, and that is asked too.
    /// </summary>
    private ResourceAccess<Instance> Access(Call call, string name, AttachInstanceRequest request, Func<Attachment> place, PortSet? asked) => new(
        call,
        ResourceKinds.Instance with { MissingArn = (call, _) => Authorization.AccountResource(call), Missing = Requests.NameTaken },
        name,
        (question, current) =>
        {
            var before = current is null ? PortSet.Empty : current.LetIn;
            var after = asked ?? current?.Ports ?? SshOnly;
            var rules = asked is not null ? request.PortInfos!.Places(after) : [.. after.Rules.Select(rule => (current is null ? "the default" : "kept", rule))];
            var ports = new PortsAsked(after, rules).Attaching(place());
            var questions = PortQuestions.Of(call, question, before, () => ports, services.Limits);
            questions = place().Host == HostName.Local ? questions : [.. questions, new AccessQuestion(question.Action, HostAccess.Arn(call, place().Host))];
            return current is null || !current.Attachment.IsDetachedBy(place()) ? questions : [.. questions, question with { Action = DetachInstance.Action }];
        });

    private async Task<AttachmentFacts> InspectAsync(Attachment attachment)
    {
        try
        {
            return await services.Hosts.Of(attachment.Host).AskAsync(agent => agent.InspectAsync(attachment, CancellationToken.None));
        }
        catch (AgentException unable) when (attachment.Host != HostName.Local)
        {
            throw new InvalidInputException($"its agent has to look there first, and cannot: {unable.Message}");
        }
    }

    private (Attachment Place, PortSet? Ports) ReadPlace(AttachInstanceRequest request)
    {
        if (request.PortInfos is null)
        {
            return (AttachmentReader.Read(request, []), null);
        }

        PortSet.TryCreate([.. request.PortInfos.Select(info => info.ToInput())], services.Limits, out var asked, out var problems);
        return (AttachmentReader.Read(request, problems), asked);
    }

    private IEnumerable<string> AttachedNames(string host) =>
        services.Store.View.ListAttached().Where(instance => instance.Attachment.Host == host).Select(instance => instance.Attachment).OfType<Attachment.Interface>().Select(nic => nic.Name);

    /// <summary>A name of more than 15 bytes is an alternative one, which leads to the real one when there is one.</summary>
    private static bool IsWaitedFor(Attachment attachment, bool isByName) =>
        attachment is Attachment.Interface nic && (IsSelector(nic) || (isByName && nic.Name.Length <= LongestRealName));

    /// <summary>What is there now: by the real name, because the packet filter knows no other, and the device that has it.</summary>
    private static Attachment Found(Attachment attachment, FoundInterface? found) => attachment is Attachment.Interface nic
        ? nic with { Name = found?.Name ?? (IsSelector(nic) ? "" : nic.Name), Device = found?.Device, Selector = IsSelector(nic) ? nic.Name : null }
        : attachment;

    /// <summary>What is stored: the selector alone, or the name and the device that has it.</summary>
    private static Attachment Stored(Attachment attachment, FoundInterface? found, bool isByName) => attachment is Attachment.Interface nic
        ? IsSelector(nic) ? nic with { Name = "", Selector = nic.Name } : nic with { Name = found?.Name ?? nic.Name, Device = isByName ? null : found?.Device }
        : attachment;

    private static bool IsSelector(Attachment.Interface nic) => InterfaceSelector.TryParse(nic.Name, out _);

    private (Instance? Before, PortSet Ports, Operation? Begun) Plan(Call call, string name, Attachment attachment, PortSet? asked)
    {
        var before = Current(services.Store.View, call, name, attachment);
        return (before, asked ?? before?.Ports ?? SshOnly, null);
    }

    private async Task<(Instance? Before, PortSet Ports, Operation? Begun)> SaveAsync(Call call, ResourceAccess<Instance> access, string name, Attachment attachment, PortSet? asked)
    {
        var committed = await services.Store.WriteAsync(call, (view, changes) =>
        {
            access.Find(view);
            var current = Current(view, call, name, attachment);
            var ports = asked ?? current?.Ports ?? SshOnly;
            var wanted = (current ?? New(call, name, changes.NewIndex())).AttachedTo(attachment);
            var saved = changes.Save(revision => wanted with { Ports = ports, Expiring = wanted.Expiring.Left(ports), Unconfirmed = UnconfirmedChanges.Next(call, current, revision) });
            var operation = OperationShapes.Begin(call, saved, call.Operation, Place(attachment));
            changes.Add(operation);
            return (Before: current, Ports: ports, Begun: operation);
        });
        var (before, saved, begun) = committed.Result;
        return (before, saved, committed.Final(begun));
    }

    /// <summary>The instance of that name, which must be one that was attached; null when there is none. Nothing else may be attached to the same place.</summary>
    private static Instance? Current(IStoreView view, Call call, string name, Attachment attachment)
    {
        var others = view.ListAttached().Where(other => other.Scope != call.Scope || other.Name != name).ToList();
        if (others.Find(other => IsTakenBy(other.Attachment, attachment)) is { } taken)
        {
            throw new InvalidInputException($"the instance {taken.Name} ({taken.Scope}) is attached there already; detach it first");
        }

        if (others.Find(other => other.Unconfirmed?.Before is { } before && IsTakenBy(before.Attachment, attachment)) is { } returning)
        {
            throw new InvalidInputException($"the instance {returning.Name} ({returning.Scope}) was attached there and returns unless its change is confirmed; confirm it first");
        }

        var current = view.FindInstance(call.Scope, name);
        if (current is null ? view.IsNameTaken(call.Scope, name) : current.Attachment is Attachment.Lab or Attachment.Recorded)
        {
            throw Requests.NameTaken(name);
        }

        HostAccess.RequirePlace(view, attachment.Host, current);
        return current;
    }

    private static string Place(Attachment attachment) => (attachment, attachment.Host) switch
    {
        (Attachment.Interface nic, HostName.Local) => nic.Selector ?? nic.Name,
        (Attachment.Interface nic, var host) => $"{nic.Selector ?? nic.Name} on {host}",
        (_, HostName.Local) => "this host",
        (_, var host) => host,
    };

    private static bool IsTakenBy(Attachment one, Attachment two) => one.Host == two.Host && (one, two) switch
    {
        (Attachment.ThisHost, Attachment.ThisHost) => true,
        (Attachment.Interface left, Attachment.Interface right) => left.IsTakenBy(right),
        _ => false,
    };

    private static Instance New(Call call, string name, long index) => new()
    {
        Scope = call.Scope,
        Name = name,
        Id = Ids.Random(),
        Index = index,
        CreatedAt = call.Now,
        AvailabilityZone = call.Scope.Region + "a",
        BlueprintId = Elsewhere,
        BundleId = Elsewhere,
        Attachment = new Attachment.Recorded(),
        Ports = PortSet.Empty,
        KeyPairName = "",
    };
}
