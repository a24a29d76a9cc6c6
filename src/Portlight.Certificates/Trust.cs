using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Portlight.Certificates;

/// <summary>
/// The authorities that are trusted: one, or two while one replaces the other. Asks no other machine and no store of the system; whether a certificate was revoked is the
/// business of those who know the hosts.
/// </summary>
public sealed class Trust
{
    /// <summary>How long an expired certificate may still be renewed: a machine that was switched off for a while is not locked out.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromDays(90);

    private readonly X509Certificate2Collection _authorities;

    /// <param name="authorities">Without or with their private keys.</param>
    public Trust(params IEnumerable<X509Certificate2> authorities) => _authorities = [.. authorities];

    /// <summary>Their certificates, in DER, the one that signs first.</summary>
    public IReadOnlyList<byte[]> Authorities => [.. _authorities.Select(authority => authority.RawData)];

    /// <summary>Looks at a certificate by which a host shows who it is. One that is of a time to come is good: the clock was set back since, and which were issued the server knows.</summary>
    /// <param name="certificate">The certificate.</param>
    /// <param name="now">The time.</param>
    public CertificateVerdict CheckHost(X509Certificate2 certificate, DateTimeOffset now)
    {
        var serial = SerialOf(certificate);
        if (!IsSignedHere(certificate))
        {
            return new CertificateVerdict(CertificateStanding.ForeignAuthority, null, serial);
        }

        if (!IsFor(certificate, CertificateAuthority.ClientUse))
        {
            return new CertificateVerdict(CertificateStanding.WrongUse, null, serial);
        }

        var host = HostIdentity.Of(certificate);
        var standing = host is null ? CertificateStanding.NoHost
            : now <= certificate.NotAfter ? CertificateStanding.Good
            : now <= certificate.NotAfter + Grace ? CertificateStanding.MayRenew
            : CertificateStanding.Expired;
        return new CertificateVerdict(standing, host, serial);
    }

    /// <summary>Looks at the certificate of a server's listener. A host's clock may be wrong by any time (docs/decisions/0090).</summary>
    public CertificateVerdict CheckServer(X509Certificate2 certificate)
    {
        var standing = !IsSignedHere(certificate) ? CertificateStanding.ForeignAuthority
            : !IsFor(certificate, CertificateAuthority.ServerUse) ? CertificateStanding.WrongUse
            : CertificateStanding.Good;
        return new CertificateVerdict(standing, null, SerialOf(certificate));
    }

    /// <summary>Whether a certificate has come so far in its life that it is to be renewed: at half of it, or up to a fifth later, so that many hosts do not come at once.</summary>
    /// <param name="certificate">The certificate.</param>
    /// <param name="now">The time.</param>
    /// <param name="jitter">From 0 to 1, of the host's own choice.</param>
    public static bool IsRenewalDue(X509Certificate2 certificate, DateTimeOffset now, double jitter)
    {
        var (start, end) = (new DateTimeOffset(certificate.NotBefore), new DateTimeOffset(certificate.NotAfter));
        return now >= start + (end - start) * (0.5 + 0.2 * jitter);
    }

    public static string SerialOf(X509Certificate2 certificate) => Convert.ToHexStringLower(certificate.SerialNumberBytes.Span);

    private bool IsSignedHere(X509Certificate2 certificate)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(_authorities);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.DisableCertificateDownloads = true;
        // Time is looked at above, where it is looked at.
        chain.ChainPolicy.VerificationFlags = X509VerificationFlags.IgnoreNotTimeValid;
        try
        {
            // An authority's own certificate is signed here, too, and is nobody's.
            return chain.Build(certificate) && chain.ChainElements.Count == 2;
        }
        catch (CryptographicException)
        {
            return false;
        }
    }

    private static bool IsFor(X509Certificate2 certificate, string use) =>
        certificate.Extensions.OfType<X509EnhancedKeyUsageExtension>().ToList() is [{ } uses] && uses.EnhancedKeyUsages is [{ Value: { } only }] && only == use;
}
