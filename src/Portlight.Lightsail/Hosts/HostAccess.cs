using System.Diagnostics.CodeAnalysis;
using Portlight.Api;
using Portlight.Domain;
using Portlight.Storage;
using Portlight.Wire;

namespace Portlight.Lightsail;

/// <summary>Hosts as requests name them, and how permissions name those: <c>arn:aws:portlight::111122223333:host/fra-07</c>, also where there is none of that name yet.</summary>
internal static class HostAccess
{
    public static string RequireName(Call call, [NotNull] string? name)
    {
        if (name is null || !HostName.IsValid(name))
        {
            throw Requests.Invalid([new Problem("hostName", name is null ? "is missing" : NameProblem(name))]);
        }

        call.Resource = name;
        return name;
    }

    /// <summary>Changes a host that is there and that the caller may change.</summary>
    /// <param name="services">Where it is stored.</param>
    /// <param name="call">The request.</param>
    /// <param name="hostName">Which, as the caller says it.</param>
    /// <param name="change">Saves or removes it as it is; what it returns is the host afterwards.</param>
    public static Task<Host> ChangeAsync(Services services, Call call, string? hostName, Func<IStoreView, Changes, Host, Host> change)
    {
        var access = Of(call, RequireName(call, hostName));
        return services.Store.CommitAsync(call, (view, changes) => change(view, changes, access.Require(view)));
    }

    public static string NameProblem(string name) =>
        $"`{UserText.Excerpt(name)}` is no name of a host: 1 to {HostName.MaxLength} lower case letters, digits and hyphens, no hyphen first";

    public static ResourceAccess<Host> Of(Call call, string name) => new(
        call,
        new ResourceKind<Host>
        {
            ReadAction = "portlight:GetHost",
            Find = (view, _, wanted) => view.FindHost(wanted),
            Arn = host => Arn(call, host.Name),
            MissingArn = Arn,
            Missing = wanted => new NotFoundException($"The Host does not exist: {wanted}"),
        },
        name);

    /// <summary>Only the account that owns the installation gets here, and hosts belong to it.</summary>
    public static string Arn(Call call, string name) => HostName.Arn(call.Principal.AccountId, name);

    /// <summary>The host that a new instance is to be on, or one that is there to stay on.</summary>
    /// <param name="view">What is stored.</param>
    /// <param name="name">The host's name.</param>
    /// <param name="current">The instance as it is; null for a new one.</param>
    public static void RequirePlace(IStoreView view, string name, Instance? current)
    {
        var host = view.FindHost(name) ?? throw new NotFoundException($"The Host does not exist: {name}");
        if (current is not null && current.Attachment.Host != name)
        {
            throw new InvalidInputException($"the instance {current.Name} is on the host {current.Attachment.Host}; detach it first");
        }

        if (current is null && host.State != HostState.Active)
        {
            throw new InvalidInputException($"the host {name} is {host.State.ToString().ToLowerInvariant()}: no new instance gets there");
        }
    }

    /// <summary>The server's own machine cannot leave, nor join.</summary>
    public static void RefuseLocal(string name)
    {
        if (name == HostName.Local)
        {
            throw new InvalidInputException($"the host {HostName.Local} is the server's own machine: it needs no token, and cannot be revoked or removed");
        }
    }
}
