using System.Runtime.CompilerServices;
using Portlight.TestKit;

[assembly: AssemblyFixture(typeof(Portlight.Conformance.Installation))]

namespace Portlight.Conformance;

internal static class Startup
{
    [ModuleInitializer]
    internal static void Initialise() => UserNamespace.EnterUnlessRoot();
}
