using System.Security.Cryptography.X509Certificates;
using Portlight.AgentProtocol;
using Portlight.AgentStream.Agent;
using Portlight.Domain;

namespace Portlight.AgentHost;

/// <summary>What the disk of this machine says, for its operator: which host it is and what is attached here with which ports. Neither a server nor the kernel is asked.</summary>
internal static class DiskReport
{
    /// <summary>Which host it is, and what is attached.</summary>
    /// <exception cref="AgentException">This machine is no host, or its files cannot be read.</exception>
    internal static IEnumerable<string> Of(string directory)
    {
        var memory = KeptMemory.Read(directory);
        var membership = HostMembership.Read(directory, out var problem);
        if (membership is null && memory.Installation is null)
        {
            throw new AgentException(problem!);
        }

        if (membership is { Host: { } host } && problem is null)
        {
            using var certificate = X509CertificateLoader.LoadCertificate(membership.Credentials[0].Certificate);
            yield return $"host {host} of installation {membership.Installation}";
            yield return $"servers: {string.Join(", ", membership.Servers.Select(server => server.OriginalString))}";
            yield return $"certificate ends: {certificate.NotAfter.ToUniversalTime():yyyy-MM-dd HH:mm:ss}Z";
        }
        else
        {
            yield return $"no server is spoken to: {problem}";
        }

        foreach (var line in Attached(memory))
        {
            yield return line;
        }
    }

    /// <summary>What is attached on the machine of a directory, a line each.</summary>
    internal static IEnumerable<string> Attached(string directory) => Attached(KeptMemory.Read(directory));

    private static IEnumerable<string> Attached(KeptMemory memory)
    {
        if (memory.Damage is { } damage)
        {
            yield return $"what is attached is not known: {KeptFile.FileName} {damage}";
            yield break;
        }

        List<DesiredInstance> all = [.. memory.All.Select(KeptSet.InstanceOf).OfType<DesiredInstance>().OrderBy(one => one.Index)];
        yield return all.Count == 0 ? "nothing is attached: `portlight attach NAME --host HOST …` on the server does that" : $"attached: {all.Count}";
        foreach (var one in all)
        {
            var open = one.Attachment.LetIn(one.Ports).Rules.Select(rule => rule.ToShortText()).ToList();
            yield return $"  {Place(one)}: {(open.Count == 0 ? "nothing is open" : string.Join("; ", open))}";
        }
    }

    private static string Place(DesiredInstance one) => one.Attachment switch
    {
        Attachment.Interface { Selector: { } selector } => $"the interface that {selector} finds",
        Attachment.Interface { Name: var name } => $"interface {name}",
        Attachment.ThisHost => "this machine",
        _ => one.NamespaceName is { } made ? $"netns {made}" : $"instance {one.Index}",
    };
}
