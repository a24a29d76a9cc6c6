using System.Diagnostics;

namespace Portlight.Conformance;

/// <summary><c>portlight aws</c> with every AWS CLI that this machine has: old ones do not read <c>AWS_ENDPOINT_URL</c>, and reach Portlight all the same.</summary>
public sealed class PortlightAwsTests(Installation installation)
{
    [Fact]
    public async Task Every_installed_AWS_CLI_reaches_Portlight_whatever_its_version()
    {
        Programs.Find("aws", "awscli");
        foreach (var aws in Programs.FindAll("aws"))
        {
            (var code, var output, var errors) = await installation.AwsAsync(aws, "sts", "get-caller-identity", "--query", "Arn", "--output", "text");
            Assert.True(code == 0 && output.EndsWith(":root\n", StringComparison.Ordinal), $"{aws}: {code} {output} {errors}");

            // The exit code is the client's own.
            (code, _, errors) = await installation.AwsAsync(aws, "lightsail", "get-instance", "--instance-name", "nobody");
            Assert.True(code is 254 or 255 && errors.Contains("(NotFoundException)", StringComparison.Ordinal), $"{aws}: {code} {errors}");
        }
    }

    [Fact]
    public async Task A_profile_of_the_callers_own_file_is_another_user_of_the_same_installation()
    {
        string[] clients = [.. Programs.FindAll("aws")];
        Assert.SkipWhen(clients.Length == 0, "there is no AWS CLI");
        await installation.AwsAsync(clients[0], "iam", "create-user", "--user-name", "profile-user");
        (_, var key, _) = await installation.AwsAsync(clients[0], "iam", "create-access-key", "--user-name", "profile-user", "--query", "AccessKey.[AccessKeyId,SecretAccessKey]", "--output", "text");
        var parts = key.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        var file = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(file, $"[alice]\naws_access_key_id = {parts[0]}\naws_secret_access_key = {parts[1]}\n", TestContext.Current.CancellationToken);
            foreach (var aws in clients)
            {
                var start = installation.Aws(aws, "--profile", "alice", "sts", "get-caller-identity", "--query", "Arn", "--output", "text");
                start.Environment["AWS_SHARED_CREDENTIALS_FILE"] = file;
                (var code, var output, var errors) = await Programs.RunAsync(start);
                Assert.True(code == 0 && output.EndsWith(":user/profile-user\n", StringComparison.Ordinal), $"{aws}: {code} {output} {errors}");
            }
        }
        finally
        {
            File.Delete(file);
        }
    }
}
