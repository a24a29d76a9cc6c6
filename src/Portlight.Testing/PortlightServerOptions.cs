using Portlight.Api;
using Portlight.Domain;

namespace Portlight.Testing;

/// <summary>What a test may want otherwise.</summary>
public sealed record PortlightServerOptions
{
    /// <summary>One of Lightsail's regions. Others are not open, and refuse every signature.</summary>
    public string Region { get; init; } = "us-east-1";

    /// <summary>The account's number, 12 digits.</summary>
    public string AccountId { get; init; } = "111122223333";

    /// <summary>The server's time; null for a clock of its own. One clock may serve several servers and the code that is tested.</summary>
    public TestClock? Clock { get; init; }

    /// <summary>
    /// How long, by <see cref="Clock"/>, a change of ports waits for its confirmation before it answers with an operation that is <c>Started</c>: what
    /// <see cref="Faults.HoldConfirmations"/> makes it do.
    /// </summary>
    public TimeSpan ConfirmTimeout { get; init; } = TimeSpan.FromSeconds(2);

    internal void Check()
    {
        if (Regions.Find(Region) is null)
        {
            throw new ArgumentException($"`{Region}` is not a region of Lightsail; there are: {string.Join(", ", Regions.All.Select(region => region.Name))}", nameof(Region));
        }

        if (AccountId.Length != 12 || !AccountId.All(char.IsAsciiDigit))
        {
            throw new ArgumentException($"`{AccountId}` must be an account number of 12 digits", nameof(AccountId));
        }
    }

    /// <summary>Nothing is slowed down or counted that the test has not asked for, and nothing is written beside the directory.</summary>
    internal ServeOptions ToServe(string directory) => new()
    {
        DataDirectory = directory,
        Listen = [new Uri("http://127.0.0.1:0")],
        Enforce = EnforceMode.Record,
        Region = Region,
        Account = AccountId,
        ConfirmTimeout = ConfirmTimeout,
        RequestsPerSecond = 0,
        ConnectionsPerSource = 0,
        RefusalDelay = TimeSpan.Zero,
        AuditBytesPerKey = 0,
        ExportsAudit = false,
    };
}
