using Portlight.Wire.SigV4;

namespace Portlight.Console.SignIn;

/// <summary>A person that is signed in: an identity of the server, in one region, with credentials that end by themselves. The secret of the access key is not kept.</summary>
#pragma warning disable CA1001 // A source of cancellation without a timer or a wait handle holds nothing to dispose of.
internal sealed record Person
#pragma warning restore CA1001
{
    private readonly CancellationTokenSource _over = new();

    /// <summary>Random; the cookie holds it, and nothing else that says anything.</summary>
    public required string Id { get; init; }

    /// <summary>As STS names the caller.</summary>
    public required string Arn { get; init; }

    public required string AccountId { get; init; }

    /// <summary>The region that is looked at.</summary>
    public required string Region { get; init; }

    /// <summary>The same person in every region.</summary>
    public PersonRegions Regions { get; } = new();

    public required AwsCredentials Credentials { get; init; }

    public required DateTimeOffset ExpiresAt { get; init; }

    /// <summary>Whether IAM takes the credentials; it does not take those of GetSessionToken.</summary>
    public bool CallsIam { get; init; }

    /// <summary>Cancelled when the session is over before its time.</summary>
    public CancellationToken Over => _over.Token;

    /// <summary>The user's name, the name of a role's session, or <c>root</c>.</summary>
    public string Name => Arn[(Arn.LastIndexOfAny([':', '/']) + 1)..];

    /// <summary>Two letters that stand for the person.</summary>
    public string Initials => Name[..Math.Min(2, Name.Length)].ToUpperInvariant();

    public void End() => _over.Cancel();

    /// <summary>Without the credentials.</summary>
    public override string ToString() => $"Person {{ Arn = {Arn} }}";
}
