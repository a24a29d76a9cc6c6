using System.CommandLine;
using System.Text.Json;
using Portlight.Wire.PortlightApi;
using Spectre.Console;

namespace Portlight.Cli.Verbs;

/// <summary><c>portlight account create|list|close</c>: accounts of this installation, each with instances and keys of its own.</summary>
internal static class AccountVerb
{
    public static Command Create() => new("account", "Create, list and close accounts") { CreateVerb(), ListVerb(), CloseVerb() };

    private static Command CreateVerb()
    {
        var data = DataOption.Create();
        var number = new Argument<string?>("account") { Description = "Its number, 12 digits (default: a random one)", Arity = ArgumentArity.ZeroOrOne };
        var command = new Command("create", "Create an account; prints its root access key, which is shown only once, as a credentials file") { number, data };
        command.SetAction(async (parsed, cancellation) =>
        {
            using var installation = Installation.Open(DataDirectory.Resolve(parsed.GetValue(data)));
            var made = await installation.CallAsync(
                "CreateAccount",
                new CreateAccountRequest { AccountId = parsed.GetValue(number) },
                PortlightJson.Default.CreateAccountRequest,
                PortlightJson.Default.CreateAccountResponse,
                cancellation);
            var output = parsed.InvocationConfiguration.Output;
            await output.WriteLineAsync($"[{made.Account.AccountId}]");
            await output.WriteLineAsync($"aws_access_key_id = {made.AccessKeyId}");
            await output.WriteLineAsync($"aws_secret_access_key = {made.SecretAccessKey}");
            await parsed.InvocationConfiguration.Error.WriteLineAsync(
                $"account {made.Account.AccountId} is {made.Account.State}; append the lines above to ~/.aws/credentials and use them with AWS_PROFILE={made.Account.AccountId}");
            return ExitCode.Done;
        });
        return command;
    }

    private static Command ListVerb()
    {
        var data = DataOption.Create();
        var json = new Option<bool>("--json") { Description = "The answer as JSON, in the shape of the API" };
        var command = new Command("list", "List the accounts: number, state, creation time") { json, data };
        command.SetAction(async (parsed, cancellation) =>
        {
            using var installation = Installation.Open(DataDirectory.Resolve(parsed.GetValue(data)));
            var accounts = await ReadAsync(installation, cancellation);
            if (parsed.GetValue(json))
            {
                await parsed.InvocationConfiguration.Output.WriteLineAsync(
                    JsonSerializer.Serialize(new ListAccountsResponse { Accounts = accounts }, IndentedPortlightJson.Default.ListAccountsResponse));
                return ExitCode.Done;
            }

            var table = new Table().Border(TableBorder.Simple).AddColumns("account", "state", "made");
            accounts.ForEach(account => table.AddRow(account.AccountId, Markup.Escape(account.State), HostVerb.Time(account.CreatedAt)));
            Screen.Write(parsed.InvocationConfiguration.Output, table);
            return ExitCode.Done;
        });
        return command;
    }

    private static Command CloseVerb()
    {
        var data = DataOption.Create();
        var number = new Argument<string>("account") { Description = "Its number" };
        var yes = new Option<bool>("--yes", "-y") { Description = "Do not ask" };
        var command = new Command("close", "Close an account that has no instances: its keys then belong to no caller") { number, yes, data };
        command.SetAction((parsed, cancellation) =>
            CloseAsync(parsed.GetRequiredValue(number), parsed.GetValue(yes), DataDirectory.Resolve(parsed.GetValue(data)), parsed.InvocationConfiguration, cancellation));
        return command;
    }

    private static async Task<int> CloseAsync(string number, bool isSure, string directory, InvocationConfiguration console, CancellationToken cancellation)
    {
        using var installation = Installation.Open(directory);
        if (!(await ReadAsync(installation, cancellation)).Exists(account => account.AccountId == number))
        {
            throw new FailedException($"there is no account {number}; `portlight account list` lists them");
        }

        await console.Error.WriteLineAsync($"{number}: its keys are not valid afterwards, and nothing opens it again");
        if (!isSure && !await Confirmation.AskAsync(console, "Close?"))
        {
            throw new FailedException("nothing was closed");
        }

        var closed = await installation.CallAsync(
            "CloseAccount",
            new CloseAccountRequest { AccountId = number },
            PortlightJson.Default.CloseAccountRequest,
            PortlightJson.Default.CloseAccountResponse,
            cancellation);
        await console.Output.WriteLineAsync($"{closed.Account.AccountId} is {closed.Account.State}");
        return ExitCode.Done;
    }

    /// <summary>All pages of the accounts.</summary>
    private static async Task<List<Account>> ReadAsync(Installation installation, CancellationToken cancellation)
    {
        var accounts = new List<Account>();
        string? page = null;
        do
        {
            var answer = await installation.CallAsync(
                "ListAccounts",
                new ListAccountsRequest { PageToken = page },
                PortlightJson.Default.ListAccountsRequest,
                PortlightJson.Default.ListAccountsResponse,
                cancellation);
            accounts.AddRange(answer.Accounts);
            page = answer.NextPageToken;
        }
        while (page is not null);

        return accounts;
    }
}
