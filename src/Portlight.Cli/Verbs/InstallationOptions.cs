using System.CommandLine;

namespace Portlight.Cli.Verbs;

/// <summary><c>--data</c>, <c>--region</c> and <c>--account</c>: which installation a verb works on, and where in it.</summary>
internal sealed class InstallationOptions
{
    private readonly Option<string?> _data = DataOption.Create();

    private readonly Option<string?> _region = new("--region") { HelpName = "REGION", Description = "The region of the instance (default: the installation's own)" };

    private readonly Option<string?> _account = new("--account")
    {
        HelpName = "NUMBER",
        Description = "The account of the instance (default: the one that owns the installation); the key of another is its profile in ~/.aws/credentials",
    };

    public void AddTo(Command command)
    {
        command.Add(_region);
        command.Add(_account);
        command.Add(_data);
    }

    public string? Region(ParseResult parsed) => parsed.GetValue(_region);

    public string? Account(ParseResult parsed) => parsed.GetValue(_account);

    /// <summary>The installation as the account that owns it, in its own region.</summary>
    public Installation OpenAsOwner(ParseResult parsed) => Installation.Open(DataDirectory.Resolve(parsed.GetValue(_data)));

    /// <summary>The installation as the account that was asked for, in the region that was asked for.</summary>
    /// <exception cref="FailedException">The key of that account is not here.</exception>
    public async Task<Installation> OpenAsync(ParseResult parsed, CancellationToken cancellation)
    {
        var installation = Installation.Open(DataDirectory.Resolve(parsed.GetValue(_data)), Region(parsed));
        if (Account(parsed) is not { } account)
        {
            return installation;
        }

        try
        {
            return await installation.AsAccountAsync(account, cancellation);
        }
        catch
        {
            installation.Dispose();
            throw;
        }
    }
}
