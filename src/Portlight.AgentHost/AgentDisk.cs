using Portlight.Agent;
using Portlight.AgentStream.Agent;
using Portlight.Domain;

namespace Portlight.AgentHost;

/// <summary>
/// What the disk of this machine knows. Each of the three files can be lost, or be anything: what one does not tell, the others do. What was in force is twice on it, in the memory and
/// in the rules, and whose it is three times.
/// </summary>
/// <param name="Membership">As far as it can be read.</param>
/// <param name="WhyNoServer">Why no server can be spoken to, as far as that is seen without a look at keys and certificates; null when one can.</param>
/// <param name="Memory">What was in force.</param>
/// <param name="Installation">Whose; null when nothing tells.</param>
internal sealed record AgentDisk(HostMembership? Membership, string? WhyNoServer, KeptMemory Memory, InstallationId? Installation)
{
    /// <summary>The rules of the last run, as a boot loads them.</summary>
    internal static string RulesPath(string directory) => Path.Combine(directory, Restoration.FileName);

    /// <summary>Never fails: what cannot be read is said in its place.</summary>
    internal static AgentDisk Read(string directory)
    {
        var membership = HostMembership.ReadUnlooked(directory, out var problem);
        var memory = KeptMemory.Read(directory);
        return new AgentDisk(membership, problem, memory, membership?.InstallationId ?? memory.Installation ?? Restoration.InstallationOf(RulesPath(directory)));
    }

    /// <summary>
    /// The rules of the last run into the kernel: as they were, or where their file is damaged, too, closed for whatever either of the two files names.
    /// </summary>
    /// <exception cref="Portlight.AgentProtocol.AgentException">The kernel is as it was.</exception>
    internal Restoration RestoreRules(string directory) =>
        Restoration.Run(RulesPath(directory), Installation, directory, [.. Memory.All.Select(KeptSet.PlaceOf).OfType<Attachment>()]);
}
