namespace Portlight.Conformance;

/// <summary>The AWS CLI of the distribution.</summary>
public sealed class AwsCliTests(Installation installation) : StockClientTests(installation)
{
    private protected override string Prefix => "cli";

    private protected override StockClient Open(params (string Name, string Value)[] variables) => new AwsCli(Installation, variables);

    /// <summary>Other tests call it where it has been loaded; here it is seen that this makes no difference.</summary>
    [Fact]
    public async Task The_command_says_the_same_whether_it_is_started_or_was_loaded()
    {
        AwsCli loaded = new(Installation), started = new(Installation) { StartsAnew = true };
        string[][] calls =
        [
            ["sts", "get-caller-identity"],
            ["lightsail", "get-instance", "--instance-name", "cli-nobody"],
            ["lightsail", "get-instance"],
            ["lightsail", "get-instanze"],
            ["iam", "list-users", "--query", "Users[0].", "--output", "text"],
        ];
        foreach (var call in calls)
        {
            Assert.Equal(await started.RunServiceAsync(call[0], call[1..]), await loaded.RunServiceAsync(call[0], call[1..]));
        }
    }

    /// <summary>As people type it: shorthand for the rules, a query for the answer, text for the shell.</summary>
    [Fact]
    public async Task Shorthand_queries_and_exit_codes_do_what_a_shell_script_expects()
    {
        var aws = (AwsCli)Client;
        var name = await CreateAsync("shorthand");
        (var code, var output, var errors) = await aws.RunAsync(
            "put-instance-public-ports", "--instance-name", name,
            "--port-infos", "fromPort=443,toPort=443,protocol=TCP", "fromPort=22,toPort=22,protocol=tcp,cidrs=192.0.2.0/24,198.51.100.9",
            "--query", "operation.[operationType,status]", "--output", "text");
        Assert.Equal((0, "PutInstancePublicPorts\tSucceeded\n", ""), (code, output, errors));
        await OpenAsync(name, "443-443/tcp from 0.0.0.0/0 ::/0", "22-22/tcp from 192.0.2.0/24 198.51.100.9/32");

        (code, output, errors) = await aws.RunAsync("get-instance", "--instance-name", "cli-nobody");
        Assert.Equal((254, ""), (code, output));
        Assert.Contains("An error occurred (NotFoundException) when calling the GetInstance operation: ", errors, StringComparison.Ordinal);
    }
}
