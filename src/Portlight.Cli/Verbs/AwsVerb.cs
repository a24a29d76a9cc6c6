using System.Collections;
using System.CommandLine;
using Portlight.Cli.Aws;

namespace Portlight.Cli.Verbs;

/// <summary><c>portlight aws …</c>: the installed AWS CLI, of whatever version, on this installation and never on the real AWS.</summary>
internal static class AwsVerb
{
    public static Command Create()
    {
        var program = new Option<string?>("--aws") { HelpName = "PATH", Description = "The AWS CLI to run (default: `aws` on the search path)" };
        var words = new Argument<string[]>("arguments") { Arity = ArgumentArity.ZeroOrMore, Description = "Passed to the AWS CLI unchanged, as in: portlight aws lightsail get-instances" };
        var data = DataOption.Create();
        var command = new Command(AwsCommandLine.Verb, "Run the installed AWS CLI on this installation, with its endpoint, root key and region") { program, data, words };
        command.SetAction(int (parsed) =>
        {
            using var installation = Installation.Open(DataDirectory.Resolve(parsed.GetValue(data)));
            var own = AwsVariables.Of(installation);
            var arguments = AwsCommandLine.Arguments(own[0].Value, parsed.GetValue(words) ?? []);
            var path = parsed.GetValue(program) ?? AwsCommandLine.FindOn(Environment.GetEnvironmentVariable("PATH"))
                ?? throw new FailedException("there is no `aws` on the search path: install the AWS CLI (Debian: apt-get install awscli), or name it with --aws");
            throw ReplacedProcess.Run(path, arguments, AwsVariables.EnvironmentFor(own, Caller()));
        });
        return command;
    }

    private static IEnumerable<KeyValuePair<string, string>> Caller() =>
        Environment.GetEnvironmentVariables().Cast<DictionaryEntry>().Select(variable => KeyValuePair.Create((string)variable.Key, (string?)variable.Value ?? ""));
}
