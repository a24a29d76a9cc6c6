using System.Collections.Immutable;

namespace Portlight.Domain;

/// <summary>A machine that runs an agent. Immutable; a change is a new value that the store saves.</summary>
public sealed record Host
{
    /// <summary>See <see cref="HostName"/>.</summary>
    public required string Name { get; init; }

    /// <summary>The zone whose lab instances it may get, <c>us-east-1a</c>.</summary>
    public required string Zone { get; init; }

    public required HostState State { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When an agent last got a certificate by a token; null before.</summary>
    public DateTimeOffset? JoinedAt { get; init; }

    /// <summary>When its agent last went away; null when that never was. While one is connected, the server knows better.</summary>
    public DateTimeOffset? LastSeenAt { get; init; }

    /// <summary>The token by which an agent may join, or by which the last one has; null where there never was one.</summary>
    public HostToken? Token { get; init; }

    /// <summary>What the host may show, the newest last. What is not here is of no use, even where our authority has signed it.</summary>
    public ImmutableArray<HostCertificate> Certificates { get; init; } = [];

    /// <summary>
    /// The authorities that sign what hosts show, the one that signs first; of the server's own machine alone, and none before it has had a listener for agents.
    /// </summary>
    public ImmutableArray<HostAuthority> Authorities { get; init; } = [];

    /// <summary>Which server has its agent; null where the server has its database to itself.</summary>
    public HostLink? Link { get; init; }

    /// <summary>The servers that share the database, those of the last days; of the servers' own machine alone.</summary>
    public ImmutableArray<ServingServer> Servers { get; init; } = [];

    public bool IsLocal => Name == HostName.Local;
}

/// <summary>Persisted by name.</summary>
public enum HostState
{
    /// <summary>It has a token and no certificate yet.</summary>
    Joining,

    /// <summary>It is one of ours.</summary>
    Active,

    /// <summary>What is there stays, and nothing new comes.</summary>
    Draining,

    /// <summary>Its certificates are of no use any more.</summary>
    Revoked,
}

/// <summary>A one-time secret by which an agent may join as one host. Only its hash is kept.</summary>
/// <param name="Id">What it is found by: 16 hexadecimal digits.</param>
/// <param name="Hash">SHA-256 of the secret, in hexadecimal.</param>
/// <param name="ExpiresAt">From then on it is of no use.</param>
public sealed record HostToken(string Id, string Hash, DateTimeOffset ExpiresAt)
{
    /// <summary>SHA-256 of the public key (SubjectPublicKeyInfo) that it has been used for, in hexadecimal; null while it is unused.</summary>
    public string? UsedFor { get; init; }
}

/// <summary>A certificate that was issued to a host.</summary>
/// <param name="Serial">Its serial number, in hexadecimal.</param>
/// <param name="PublicKey">SHA-256 of its public key (SubjectPublicKeyInfo), in hexadecimal.</param>
/// <param name="ExpiresAt">When it ends.</param>
/// <param name="Der">The certificate.</param>
public sealed record HostCertificate(string Serial, string PublicKey, DateTimeOffset ExpiresAt, ImmutableArray<byte> Der);

/// <summary>An authority for the certificates of hosts.</summary>
/// <param name="Der">Its certificate.</param>
/// <param name="SealedKey">Its private key, sealed with the key file.</param>
public sealed record HostAuthority(ImmutableArray<byte> Der, byte[] SealedKey);
