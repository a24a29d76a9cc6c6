using System.Diagnostics;
using System.Text.Json.Nodes;

namespace Portlight.Conformance.Stories;

/// <summary>
/// Terraform and its AWS provider, through the life of everything that the two have in common (`Clients/terraform/main.tf`). The provider is a program of several
/// hundred megabytes: it is run where a mirror on this machine has it, and never downloaded.
/// </summary>
public sealed class TerraformTests(Installation installation) : IAsyncLifetime
{
    private const string Provider = "registry.terraform.io/hashicorp/aws";

    private readonly string _folder = Directory.CreateTempSubdirectory("portlight-terraform-").FullName;
    private string _terraform = "", _mirror = "", _attached = "";
    private Process? _provider;

    /// <summary>Where Terraform itself looks for a mirror, and where images of build machines put one.</summary>
    private static IEnumerable<string> Mirrors =>
    [
        Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".terraform.d/plugins"),
        "/usr/local/share/terraform/plugins", "/usr/share/terraform/plugins", "/opt/tf-plugins",
    ];

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync()
    {
        if (_provider is not null)
        {
            _provider.Kill();
            _provider.WaitForExit();
            _provider.Dispose();
        }

        Directory.Delete(_folder, recursive: true);
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task Everything_is_applied_found_unchanged_changed_imported_and_destroyed()
    {
        _terraform = Programs.TryFind("terraform") ?? "";
        _mirror = Mirrors.FirstOrDefault(HasProvider) ?? "";
        NotRun.Unless(_terraform.Length > 0, "there is no `terraform` here");
        NotRun.Unless(_mirror.Length > 0, $"there is no provider {Provider} in {string.Join(", ", Mirrors)}");
        File.Copy(Path.Combine(ScriptedClient.Folder, "terraform/main.tf"), Path.Combine(_folder, "main.tf"));
        await File.WriteAllTextAsync(Path.Combine(_folder, "terraform.rc"), $$"""provider_installation { filesystem_mirror { path = "{{_mirror}}" } }""", TestContext.Current.CancellationToken);
        await RunAsync(0, "init");
        await StartProviderAsync();

        await RunAsync(0, "apply", "-auto-approve", "-var", "stage=first");
        await OpenAsync("0-1024/tcp from 198.51.100.0/24 2001:db8::/32 203.0.113.7/32");
        await RunAsync(0, "apply", "-auto-approve", "-var", "stage=second");
        await OpenAsync("0-443/tcp from 198.51.100.0/24 2001:db8::/32 203.0.113.7/32");

        // What is forgotten is found again, and what is known unchanged: by one run, because each takes ten seconds of the provider's.
        string[] imported = ["aws_lightsail_instance.web", "aws_iam_user.ports", "aws_iam_policy.ports", "aws_iam_role.ports"];
        await RunAsync(0, ["state", "rm", .. imported]);
        File.Copy(Path.Combine(ScriptedClient.Folder, "terraform/imports.tf"), Path.Combine(_folder, "imports.tf"));
        var said = await RunAsync(0, "apply", "-auto-approve", "-var", "stage=second");
        Assert.Contains("Resources: 4 imported, 0 added, 0 changed, 0 destroyed.", said, StringComparison.Ordinal);

        await RunAsync(0, "destroy", "-auto-approve", "-refresh=false", "-var", "stage=second");
        await using var boto3 = ScriptedClient.Boto3(installation);
        await boto3.RefusedAsync("NotFoundException", "GetInstance", """{"instanceName": "tf-web"}""");
    }

    /// <summary>
    /// Starts the provider that `init` has chosen, for every run that follows (its `-debug`, which says how it is reached). Terraform would start it anew for each step of each run: minutes of
    /// processor time, of which nothing here is the subject.
    /// </summary>
    private async Task StartProviderAsync()
    {
        const string Told = "TF_REATTACH_PROVIDERS=";
        var program = Assert.Single(Directory.GetFiles(Path.Combine(_folder, ".terraform/providers"), "terraform-provider-aws_v*", SearchOption.AllDirectories));
        var start = installation.Inside(program, "-debug");
        start.Environment["TMPDIR"] = _folder; // for its socket
        _provider = Programs.Start(start);
        var (said, errors) = (new List<string>(), _provider.StandardError.ReadToEndAsync(CancellationToken.None));
        while (await _provider.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken) is { } line)
        {
            said.Add(line);
            if (line.Trim().StartsWith(Told, StringComparison.Ordinal))
            {
                _attached = line.Trim()[Told.Length..].Trim('\'');
                return;
            }
        }

        Assert.Fail($"the provider did not start: {string.Join('\n', said)} {await errors}");
    }

    /// <summary>Asserts what is open: the rule that changes, and those that stay. Rules and sources are sets to the provider, and come in its order.</summary>
    private async Task OpenAsync(string changing)
    {
        await using var boto3 = ScriptedClient.Boto3(installation);
        var states = (await boto3.CallAsync("GetInstancePortStates", """{"instanceName": "tf-web"}"""))["portStates"]!.AsArray();
        string[] expected =
        [
            changing, "0-65535/all from 192.0.2.1/32 2001:db8::1/128", "128-0/icmpv6 from ::/0", "22-22/tcp from lightsail-connect", "8-0/icmp from 0.0.0.0/0",
        ];
        Assert.Equal(
            expected.Order(StringComparer.Ordinal),
            states.Select(state => $"{state!["fromPort"]}-{state["toPort"]}/{state["protocol"]} from {Ordered(ShortStoryTests.Sources(state))}").Order(StringComparer.Ordinal));
    }

    private async Task<string> RunAsync(int expected, params string[] words)
    {
        var start = installation.Inside(_terraform, [$"-chdir={_folder}", .. words]);
        start.Environment["TF_CLI_CONFIG_FILE"] = Path.Combine(_folder, "terraform.rc");
        start.Environment["TF_VAR_endpoint"] = start.Environment["AWS_ENDPOINT_URL"];
        start.Environment["TF_INPUT"] = "0";
        start.Environment["CHECKPOINT_DISABLE"] = "1";
        if (_attached.Length > 0)
        {
            start.Environment["TF_REATTACH_PROVIDERS"] = _attached;
        }

        (var code, var output, var errors) = await Programs.RunAsync(start);
        Assert.True(code == expected, $"`terraform {string.Join(' ', words)}` ended with {code}: {output}{errors}");
        return output;
    }

    private static string Ordered(string sources) => string.Join(' ', sources.Split(' ').Order(StringComparer.Ordinal));

    private static bool HasProvider(string folder)
    {
        var versions = Path.Combine(folder, Provider);
        return Directory.Exists(versions) && Directory.EnumerateFiles(versions, "terraform-provider-aws_v*", SearchOption.AllDirectories).Any();
    }
}
