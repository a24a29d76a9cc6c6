namespace Portlight.Storage.Sqlite.Tests;

/// <summary>The test runner; or, when a test starts it so, a process to be killed or to run out of room.</summary>
internal static class Program
{
    public static Task<int> Main(string[] args) => args switch
    {
        ["write-until-killed", var path] => StoreProcess.WriteUntilKilledAsync(path),
        ["fill-disk", var directory] => StoreProcess.FillDiskAsync(directory),
        _ when args.Contains("--server") || args.Contains("--internal-msbuild-node") =>
            Xunit.MicrosoftTestingPlatform.TestPlatformTestFramework.RunAsync(args, SelfRegisteredExtensions.AddSelfRegisteredExtensions),
        _ => Xunit.Runner.InProc.SystemConsole.ConsoleRunner.Run(args),
    };
}
