namespace Portlight.Certificates;

/// <summary>What a look at a peer's certificate has shown.</summary>
/// <param name="Standing">What it is good for.</param>
/// <param name="Host">Whose it is; null for a server's, and where it is not of a trusted authority.</param>
/// <param name="Serial">Its serial number, 32 hexadecimal digits in lower case.</param>
public sealed record CertificateVerdict(CertificateStanding Standing, string? Host, string Serial)
{
    /// <summary>Why it is not good, in words that follow "the certificate"; null when it is.</summary>
    public string? Problem => Standing switch
    {
        CertificateStanding.Good => null,
        CertificateStanding.ForeignAuthority => "is not of an authority that is trusted here",
        CertificateStanding.WrongUse => "is for another use",
        CertificateStanding.NoHost => "names no host",
        CertificateStanding.MayRenew => "has expired; it can be renewed, and nothing else",
        _ => "has expired too long ago to be renewed; join again with a new token",
    };
}

/// <summary>What a certificate is good for.</summary>
public enum CertificateStanding
{
    Good,

    /// <summary>Not signed by a trusted authority, or damaged.</summary>
    ForeignAuthority,

    /// <summary>A server's where a host's is wanted, or the other way round.</summary>
    WrongUse,

    /// <summary>It does not say which host it is for.</summary>
    NoHost,

    /// <summary>Expired, and less than <see cref="Trust.Grace"/> ago: it may be exchanged for a new one and is good for nothing else.</summary>
    MayRenew,

    Expired,
}
