using System.CommandLine;
using Portlight.Api;
using Portlight.Identity;

namespace Portlight.Cli.Verbs;

/// <summary>
/// <c>portlight credentials …</c>: what is done to keys on the machine itself, on the data directory of a server that is stopped, because two processes cannot have
/// the store open and a running server knows the keys that it started with. The kernel's rules stay in force meanwhile.
/// </summary>
internal static class CredentialsVerb
{
    public static Command Create() => new("credentials", "Keys, on the machine itself: a new root key, a new key for stored secrets (the server must be stopped)")
    {
        ResetRootVerb(),
        RotateKeyFileVerb(),
    };

    private static Command ResetRootVerb()
    {
        var data = DataOption.Create();
        var account = new Option<string?>("--account") { HelpName = "NUMBER", Description = "The account (default: the one that owns the installation)" };
        var command = new Command("reset-root", "Give an account a new root access key and delete its older ones; writes it into the data directory") { data, account };
        command.SetAction(async (parsed, _) =>
        {
            var directory = RequireStopped(DataDirectory.Resolve(parsed.GetValue(data)));
            await using var store = StoredState.Of(directory).Open();
            var report = await RootKeyReset.RunAsync(store, directory, parsed.GetValue(account), TimeProvider.System);
            await parsed.InvocationConfiguration.Output.WriteLineAsync(report.CredentialsFile);
            await parsed.InvocationConfiguration.Error.WriteLineAsync(
                $"the root key of account {report.AccountId} is now {report.AccessKeyId} and stands in the file above; {Count(report.Removed, "older root key")} deleted. "
                + "Users, their keys and policies are as they were. Start `portlight serve` again");
            return ExitCode.Done;
        });
        return command;
    }

    private static Command RotateKeyFileVerb()
    {
        var data = DataOption.Create();
        var keep = new Option<bool>("--keep-sessions") { Description = "Keep the older keys in the file until the next rotation, so that temporary credentials live on" };
        var command = new Command("rotate-key-file", "Make a new key for stored secrets, seal all of them with it and drop the older keys; temporary credentials end") { data, keep };
        command.SetAction(async (parsed, cancellation) =>
        {
            var directory = RequireStopped(DataDirectory.Resolve(parsed.GetValue(data)));
            var file = Path.Combine(directory, DataFiles.Keys);
            var state = StoredState.Of(directory);
            await using var store = state.OpenAlone();
            var report = await KeyFileRotation.RunAsync(store, directory, parsed.GetValue(keep), TimeProvider.System, cancellation);
            await parsed.InvocationConfiguration.Output.WriteLineAsync($"{file}: key {report.SealingKey:x8}, {Count(report.Resealed, "secret")} sealed anew, {Count(report.Forgotten, "older key")} dropped");
            await parsed.InvocationConfiguration.Error.WriteLineAsync(
                (state.Shared is null ? "" : $"copy {file} to every other server of the database: with the older one it does not start. ")
                + "Backups of the database from before need the key file from before. Start `portlight serve` again");
            return ExitCode.Done;
        });
        return command;
    }

    private static string RequireStopped(string directory)
    {
        var state = StoredState.Of(directory);
        if (state.Shared is null && !File.Exists(state.File))
        {
            throw new FailedException($"no server has run on the data directory {directory}: start `portlight serve`, or name another directory with --data");
        }

        return RunningServer.HasLocked(directory)
            ? throw new FailedException($"a server runs on {directory}: stop it (the ports stay as they are), run this again, start it")
            : directory;
    }

    private static string Count(int number, string what) => $"{number} {what}{(number == 1 ? "" : "s")}";
}
