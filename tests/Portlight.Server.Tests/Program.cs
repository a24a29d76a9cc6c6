using Portlight.Server.Tests.Tenants;
using Xunit.MicrosoftTestingPlatform;
using Xunit.Runner.InProc.SystemConsole;

namespace Portlight.Server.Tests;

/// <summary>The runner of these tests; and a program that one of them needs beside itself.</summary>
internal static class Program
{
    public static Task<int> Main(string[] arguments) =>
        arguments is [HostileProcess.Verb, ..] ? HostileProcess.RunAsync(arguments)
        : arguments.Contains("--server") || arguments.Contains("--internal-msbuild-node") ? TestPlatformTestFramework.RunAsync(arguments, SelfRegisteredExtensions.AddSelfRegisteredExtensions)
        : ConsoleRunner.Run(arguments);
}
