using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace Portlight.Cli.Verbs;

/// <summary>
/// Which AWS CLI comes first on the search path, and whether it reads <c>AWS_ENDPOINT_URL</c>. Those from 1.29 and 2.13 on do (AWS Developer Tools Blog, "New: Improved flexibility when
/// configuring endpoint URLs with the AWS SDKs and tools", July 2023); an older one calls the real AWS.
/// </summary>
internal static partial class AwsCheck
{
    private const string Subject = "AWS CLI";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    public static async Task<DoctorFinding> RunAsync(string? program, CancellationToken cancellation)
    {
        if (program is null)
        {
            return new(Subject, DoctorFinding.Warning, "there is no `aws` on the search path: `portlight open`, `close` and `ports` do without; Debian: apt-get install awscli");
        }

        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(Patience);
        try
        {
            return Of(program, await VersionAsync(program, patience.Token));
        }
        catch (Win32Exception exception)
        {
            return new(Subject, DoctorFinding.Warning, $"{program} cannot be run: {exception.NativeErrorCode switch { 2 => "its interpreter is missing", _ => new Win32Exception(exception.NativeErrorCode).Message }}");
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return new(Subject, DoctorFinding.Warning, $"{program} did not tell its version within {Patience.TotalSeconds:0} s");
        }
    }

    /// <param name="program">Its path.</param>
    /// <param name="said">What it answered to <c>--version</c>.</param>
    internal static DoctorFinding Of(string program, string said)
    {
        if (Version().Match(said) is not { Success: true } found)
        {
            return new(Subject, DoctorFinding.Warning, $"{program} is not an AWS CLI: `{program} --version` does not say `aws-cli/…`");
        }

        var (major, minor) = (Number(found.Groups["major"]), Number(found.Groups["minor"]));
        return major > 2 || major == 2 && minor >= 13 || major == 1 && minor >= 29
            ? new(Subject, DoctorFinding.Ok, $"{program} is version {found.Groups["all"]}, which reads AWS_ENDPOINT_URL: both `portlight env` and `portlight aws` lead it here")
            : new(Subject, DoctorFinding.Warning, $"{program} is version {found.Groups["all"]}, which ignores AWS_ENDPOINT_URL (1.29 and 2.13 read it) and would call the real AWS: run it by `portlight aws`");
    }

    private static async Task<string> VersionAsync(string program, CancellationToken cancellation)
    {
        using var process = Process.Start(new ProcessStartInfo(program, ["--version"]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        try
        {
            // Version 1 under Python 2 writes it to stderr.
            var error = process.StandardError.ReadToEndAsync(cancellation);
            var output = await process.StandardOutput.ReadToEndAsync(cancellation);
            await process.WaitForExitAsync(cancellation);
            return output + await error;
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
            }
        }
    }

    private static int Number(Group digits) => int.TryParse(digits.ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;

    [GeneratedRegex(@"^aws-cli/(?<all>(?<major>\d+)\.(?<minor>\d+)[\w.]*)", RegexOptions.Multiline)]
    private static partial Regex Version();
}
