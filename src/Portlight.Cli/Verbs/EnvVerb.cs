using System.CommandLine;

namespace Portlight.Cli.Verbs;

/// <summary><c>portlight env</c>: a line that makes a shell's AWS clients talk to this installation, for <c>eval "$(portlight env)"</c>.</summary>
internal static class EnvVerb
{
    public static Command Create()
    {
        var data = DataOption.Create();
        var command = new Command("env", "Print an export line that points AWS clients at this installation") { data };
        command.SetAction(parsed =>
        {
            using var installation = Installation.Open(DataDirectory.Resolve(parsed.GetValue(data)));
            parsed.InvocationConfiguration.Output.WriteLine(Line(installation));
            return ExitCode.Done;
        });
        return command;
    }

    private static string Line(Installation installation)
    {
        (string Name, string Value)[] variables =
        [
            ("AWS_ENDPOINT_URL", installation.Endpoint.GetLeftPart(UriPartial.Authority)),
            ("AWS_ACCESS_KEY_ID", installation.Credentials.AccessKeyId),
            ("AWS_SECRET_ACCESS_KEY", installation.Credentials.SecretAccessKey),
            ("AWS_REGION", installation.Region),
            // boto3 and version 1 of the AWS CLI read the region from this one only.
            ("AWS_DEFAULT_REGION", installation.Region),
        ];
        return "export " + string.Join(' ', variables.Select(variable => $"{variable.Name}={Quote(variable.Value)}"));
    }

    /// <summary>As POSIX sh reads it back. A secret has <c>/</c> and <c>+</c> in it, which need no quotes.</summary>
    internal static string Quote(string value) =>
        value.Length > 0 && value.All(c => char.IsAsciiLetterOrDigit(c) || "_-.:/+=@%,".Contains(c, StringComparison.Ordinal))
            ? value
            : $"'{value.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}
