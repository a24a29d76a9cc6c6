using System.Net.Security;
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
    public CertificateVerdict CheckHost(X509Certificate2 certificate, DateTimeOffset now) => CheckHost(certificate, IsSignedHere(certificate), now);

    /// <summary>The same for what a handshake has shown, whose chain TLS has built by <see cref="MakePolicy"/>: it is not built a second time.</summary>
    /// <param name="certificate">The certificate.</param>
    /// <param name="chain">Its chain.</param>
    /// <param name="errors">What TLS has found wrong with it.</param>
    /// <param name="now">The time.</param>
    public CertificateVerdict CheckHost(X509Certificate2 certificate, X509Chain? chain, SslPolicyErrors errors, DateTimeOffset now) => CheckHost(certificate, IsSignedHere(chain, errors), now);

    /// <summary>Looks at the certificate of a server's listener. A host's clock may be wrong by any time (docs/decisions/0090).</summary>
    public CertificateVerdict CheckServer(X509Certificate2 certificate) => CheckServer(certificate, IsSignedHere(certificate));

    /// <summary>The same for what a handshake has shown, whose chain TLS has built by <see cref="MakePolicy"/>.</summary>
    public CertificateVerdict CheckServer(X509Certificate2 certificate, X509Chain? chain, SslPolicyErrors errors) => CheckServer(certificate, IsSignedHere(chain, errors));

    /// <summary>How a chain is built: to these authorities and to nothing of the system's, without asking another machine. Time and use are looked at here, where they are looked at.</summary>
    public X509ChainPolicy MakePolicy()
    {
        var policy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
            DisableCertificateDownloads = true,
            VerificationFlags = X509VerificationFlags.IgnoreNotTimeValid | X509VerificationFlags.IgnoreWrongUsage,
        };
        policy.CustomTrustStore.AddRange(_authorities);
        return policy;
    }

    private static CertificateVerdict CheckHost(X509Certificate2 certificate, bool isSignedHere, DateTimeOffset now)
    {
        var serial = SerialOf(certificate);
        if (!isSignedHere)
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

    private static CertificateVerdict CheckServer(X509Certificate2 certificate, bool isSignedHere)
    {
        var standing = !isSignedHere ? CertificateStanding.ForeignAuthority
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
        using var chain = new X509Chain { ChainPolicy = MakePolicy() };
        try
        {
            return chain.Build(certificate) && EndsHere(chain);
        }
        catch (CryptographicException)
        {
            return false;
        }
    }

    /// <summary>That the chain ends at one of these authorities is seen here, too: a handshake that was set up with another policy must not count.</summary>
    private bool IsSignedHere(X509Chain? chain, SslPolicyErrors errors) =>
        chain is not null && !errors.HasFlag(SslPolicyErrors.RemoteCertificateChainErrors) && !errors.HasFlag(SslPolicyErrors.RemoteCertificateNotAvailable) && EndsHere(chain);

    /// <summary>An authority's own certificate is signed here, too, and is nobody's.</summary>
    private bool EndsHere(X509Chain chain) =>
        chain.ChainElements.Count == 2 && _authorities.Any(authority => authority.RawDataMemory.Span.SequenceEqual(chain.ChainElements[1].Certificate.RawDataMemory.Span));

    private static bool IsFor(X509Certificate2 certificate, string use) =>
        certificate.Extensions.OfType<X509EnhancedKeyUsageExtension>().ToList() is [{ } uses] && uses.EnhancedKeyUsages is [{ Value: { } only }] && only == use;
}
