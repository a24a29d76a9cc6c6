using Portlight.Agent.Links;

namespace Portlight.Agent.Lab;

/// <summary>The namespace of an instance and the link into it, made closed: the link is down.</summary>
internal static class Wiring
{
    /// <summary>
    /// Makes both; only the link where the namespace is there and ours, because root inside has deleted its end. A namespace of that name that is not ours is a
    /// <see cref="LabException"/>.
    /// </summary>
    internal static void Lay(HostSide host, LabInstance wanted)
    {
        var alias = host.AliasOf(wanted);
        using var taken = NamedNamespace.Open(wanted.NamespaceName);
        if (taken is null)
        {
            NamedNamespace.Create(wanted.NamespaceName, handle =>
            {
                InstanceSide.Mark(alias);
                host.Create(alias, handle);
            });
        }
        else if (InstanceSide.IsMarked(taken, alias))
        {
            host.Create(alias, taken);
        }
        else
        {
            throw new LabException($"a network namespace named `{wanted.NamespaceName}` exists that is not Portlight's; remove it (`ip netns del {wanted.NamespaceName}`), or name the instance otherwise");
        }
    }
}
