using System.Runtime.CompilerServices;
using Portlight.TestKit;

namespace Portlight.Nftables.Tests;

internal static class Startup
{
    [ModuleInitializer]
    internal static void Initialise() => UserNamespace.EnterUnlessRoot();
}
