namespace Portlight.Cli.Aws;

/// <summary>Where the words of <c>portlight aws</c> end and those of the AWS CLI begin, and which AWS CLI it is.</summary>
internal static class AwsCommandLine
{
    public const string Verb = "aws";

    private const string EndpointOption = "--endpoint-url";

    private static readonly string[] WithValue = ["--data", "--aws"];

    private static readonly string[] OfOurHelp = ["--help", "-h", "-?"];

    /// <summary>
    /// Puts <c>--</c> where the words of the AWS CLI begin, so that none of them is taken for an option of this program: after those options of
    /// <c>portlight aws</c> that stand first. Other command lines stay as they are.
    /// </summary>
    public static string[] Separate(string[] args)
    {
        if (args is not [Verb, ..])
        {
            return args;
        }

        var first = 1;
        while (first < args.Length)
        {
            var word = args[first];
            if (WithValue.Contains(word))
            {
                first += 2;
            }
            else if (OfOurHelp.Contains(word) || WithValue.Any(option => word.StartsWith(option + "=", StringComparison.Ordinal)))
            {
                first++;
            }
            else
            {
                break;
            }
        }

        return first < args.Length && args[first] != "--" ? [.. args[..first], "--", .. args[first..]] : args;
    }

    /// <summary>
    /// The arguments of the AWS CLI. Every version takes the endpoint as an option; only those since 2023 read it from the environment, and an older one would
    /// call the real AWS.
    /// </summary>
    /// <exception cref="UsageException">The words name an endpoint themselves: the last one counts, and it would not be this installation.</exception>
    public static string[] Arguments(string endpoint, IReadOnlyList<string> words)
    {
        // The CLI takes any beginning of an option for the option.
        if (words.FirstOrDefault(word => word.Split('=')[0] is { Length: > 2 } name && EndpointOption.StartsWith(name, StringComparison.Ordinal)) is { } other)
        {
            throw new UsageException($"`{other}`: `portlight aws` names the endpoint itself, so that nothing reaches the real AWS; run `aws` for another one");
        }

        return [EndpointOption, endpoint, .. words];
    }

    /// <summary>The AWS CLI on the search path, or null.</summary>
    public static string? FindOn(string? searchPath) => (searchPath ?? "")
        .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
        .Select(folder => Path.Combine(folder, Verb))
        .FirstOrDefault(IsProgram);

    private static bool IsProgram(string path) =>
        File.Exists(path) && (OperatingSystem.IsWindows() || (File.GetUnixFileMode(path) & (UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute)) != 0);
}
