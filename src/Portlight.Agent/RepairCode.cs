using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.Loader;

namespace Portlight.Agent;

/// <summary>
/// Loads what a repair runs, before it is needed: the runtime opens an assembly when its code is first met, and remembers for good that it could not. In a process that
/// has no descriptor left, the first repair would be the last.
/// </summary>
internal static class RepairCode
{
    /// <summary>
    /// The interfaces of a container of services: those of logging refer to them, and no code of theirs runs in a repair. They refer to what compiles expressions and reads
    /// the metadata of assemblies, two megabytes that an agent would load for nothing.
    /// </summary>
    private const string NeverRun = "Microsoft.Extensions.DependencyInjection.Abstractions";

    /// <summary>Loads every assembly that the agent's own refer to, and those that these refer to. Done once in a process; nothing where the code is one native file.</summary>
    [UnconditionalSuppressMessage("Trimming", "IL2026", Justification = "a trimmed build refers to what it has kept, and a native one does not come here")]
    internal static void Load()
    {
        if (!RuntimeFeature.IsDynamicCodeSupported)
        {
            return;
        }

        var seen = new HashSet<string?>();
        var left = new Queue<Assembly>([typeof(RepairCode).Assembly]);
        while (left.TryDequeue(out var assembly))
        {
            foreach (var name in assembly.GetReferencedAssemblies().Where(name => name.Name != NeverRun && seen.Add(name.Name)))
            {
                left.Enqueue(AssemblyLoadContext.Default.LoadFromAssemblyName(name));
            }
        }
    }
}
