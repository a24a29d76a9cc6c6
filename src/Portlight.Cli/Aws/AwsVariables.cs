namespace Portlight.Cli.Aws;

/// <summary>The environment variables that make AWS clients talk to an installation.</summary>
internal static class AwsVariables
{
    /// <summary>Prefix of every variable that the AWS clients read.</summary>
    private const string Prefix = "AWS_";

    /// <summary>What a user sets for the look and the trust of the CLI, and what says where his own profiles are (<c>--profile</c>). None of it is an address or a key.</summary>
    private static readonly string[] Kept =
        ["AWS_CA_BUNDLE", "AWS_CONFIG_FILE", "AWS_DEFAULT_OUTPUT", "AWS_MAX_ATTEMPTS", "AWS_PAGER", "AWS_RETRY_MODE", "AWS_SHARED_CREDENTIALS_FILE"];

    /// <summary>Endpoint, key and region, in the order in which they are printed.</summary>
    public static IReadOnlyList<(string Name, string Value)> Of(Installation installation) =>
    [
        ("AWS_ENDPOINT_URL", installation.Endpoint.GetLeftPart(UriPartial.Authority)),
        ("AWS_ACCESS_KEY_ID", installation.Credentials.AccessKeyId),
        ("AWS_SECRET_ACCESS_KEY", installation.Credentials.SecretAccessKey),
        ("AWS_REGION", installation.Region),
        // boto3 and version 1 of the AWS CLI read the region from this one only.
        ("AWS_DEFAULT_REGION", installation.Region),
    ];

    /// <summary>
    /// The environment of an AWS client that can reach this installation and nothing else: the caller's variables without the AWS settings that could lead
    /// elsewhere (keys, profile, endpoints, session token) and without proxies, and with those of the installation.
    /// </summary>
    public static Dictionary<string, string> EnvironmentFor(IReadOnlyList<(string Name, string Value)> own, IEnumerable<KeyValuePair<string, string>> caller)
    {
        var environment = caller.Where(variable => !IsForeign(variable.Key)).ToDictionary(StringComparer.Ordinal);
        // The endpoint is on this machine, which has no address that an instance metadata service would answer for.
        environment["AWS_EC2_METADATA_DISABLED"] = "true";
        // In a profile these change the endpoint, and a client refuses them together with a given one.
        environment["AWS_USE_FIPS_ENDPOINT"] = environment["AWS_USE_DUALSTACK_ENDPOINT"] = "false";
        // The authorities that this program itself trusts; the AWS CLI has a list of its own.
        if (environment.TryGetValue("SSL_CERT_FILE", out var authorities))
        {
            environment.TryAdd("AWS_CA_BUNDLE", authorities);
        }

        foreach (var (name, value) in own)
        {
            environment[name] = value;
        }

        return environment;
    }

    private static bool IsForeign(string name) =>
        name.StartsWith(Prefix, StringComparison.Ordinal) && !Kept.Contains(name) && !name.StartsWith("AWS_CLI_", StringComparison.Ordinal)
        || name.ToUpperInvariant() is "HTTP_PROXY" or "HTTPS_PROXY" or "ALL_PROXY";
}
