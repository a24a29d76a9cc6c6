namespace Portlight.Conformance;

/// <summary><c>portlight aws</c> with every AWS CLI that this machine has: old ones do not read <c>AWS_ENDPOINT_URL</c>, and reach Portlight all the same.</summary>
public sealed class PortlightAwsTests(Installation installation)
{
    [Fact]
    public async Task Every_installed_AWS_CLI_reaches_Portlight_whatever_its_version()
    {
        Programs.Find("aws", "awscli");
        foreach (string aws in Programs.FindAll("aws"))
        {
            (int code, string output, string errors) = await installation.AwsAsync(aws, "sts", "get-caller-identity", "--query", "Arn", "--output", "text");
            Assert.True(code == 0 && output.EndsWith(":root\n", StringComparison.Ordinal), $"{aws}: {code} {output} {errors}");

            // The exit code is the client's own.
            (code, _, errors) = await installation.AwsAsync(aws, "lightsail", "get-instance", "--instance-name", "nobody");
            Assert.True(code is 254 or 255 && errors.Contains("(NotFoundException)", StringComparison.Ordinal), $"{aws}: {code} {errors}");
        }
    }
}
