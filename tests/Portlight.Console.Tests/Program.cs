using Portlight.TestKit.Network;

namespace Portlight.Console.Tests;

/// <summary>The runner's own entry point, in a private host: there a server filters for real, and the browser and the console are beside it.</summary>
internal static class Program
{
    public static int Main(string[] args) => PrivateHost.Run(args, () =>
        args.Any(arg => arg is "--server" or "--internal-msbuild-node")
            ? Xunit.MicrosoftTestingPlatform.TestPlatformTestFramework.RunAsync(args, SelfRegisteredExtensions.AddSelfRegisteredExtensions).GetAwaiter().GetResult()
            : Xunit.Runner.InProc.SystemConsole.ConsoleRunner.Run(args).GetAwaiter().GetResult());
}
