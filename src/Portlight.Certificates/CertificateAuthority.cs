using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Portlight.Domain;

namespace Portlight.Certificates;

/// <summary>
/// An installation's own authority for the certificates of hosts and of the server's listener for them: P-256, SHA-256, no certificate between it and theirs.
/// </summary>
public sealed class CertificateAuthority : IDisposable
{
    /// <summary>How long it lives itself.</summary>
    public static readonly TimeSpan OwnLife = TimeSpan.FromDays(3650);

    /// <summary>How long a certificate of a host or of a listener lives.</summary>
    public static readonly TimeSpan Life = TimeSpan.FromDays(30);

    /// <summary>A certificate counts from that long before it was made: clocks differ.</summary>
    public static readonly TimeSpan Backdated = TimeSpan.FromMinutes(30);

    internal const string ServerUse = "1.3.6.1.5.5.7.3.1";
    internal const string ClientUse = "1.3.6.1.5.5.7.3.2";

    private CertificateAuthority(X509Certificate2 certificate) => Certificate = certificate;

    /// <summary>Its certificate, with its private key.</summary>
    public X509Certificate2 Certificate { get; }

    /// <summary>A new authority.</summary>
    /// <param name="installation">Named in it, for those who read certificates.</param>
    /// <param name="now">The time.</param>
    public static CertificateAuthority Create(InstallationId installation, DateTimeOffset now)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN=Portlight hosts of {installation}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: true, pathLengthConstraint: 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, critical: true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        return new CertificateAuthority(request.CreateSelfSigned(now - Backdated, now + OwnLife));
    }

    /// <summary>One that was stored.</summary>
    /// <param name="certificate">In DER.</param>
    /// <param name="privateKey">What <see cref="ExportPrivateKey"/> gave.</param>
    /// <exception cref="CryptographicException">They are damaged, or do not belong together.</exception>
    public static CertificateAuthority Load(byte[] certificate, byte[] privateKey)
    {
        using var key = ECDsa.Create();
        key.ImportPkcs8PrivateKey(privateKey, out _);
        using var alone = X509CertificateLoader.LoadCertificate(certificate);
        try
        {
            return new CertificateAuthority(alone.CopyWithPrivateKey(key));
        }
        catch (ArgumentException exception)
        {
            throw new CryptographicException("the authority's certificate and its key do not belong together", exception);
        }
    }

    /// <summary>The private key (PKCS #8), to be sealed.</summary>
    public byte[] ExportPrivateKey()
    {
        using var key = Certificate.GetECDsaPrivateKey()!;
        return key.ExportPkcs8PrivateKey();
    }

    /// <summary>A certificate by which a host shows who it is; without a private key, which the host has.</summary>
    /// <param name="host">A name that <see cref="HostIdentity.IsName"/>.</param>
    /// <param name="key">The host's key.</param>
    /// <param name="now">The time.</param>
    public X509Certificate2 IssueHost(string host, PublicKey key, DateTimeOffset now)
    {
        if (!HostIdentity.IsName(host))
        {
            throw new ArgumentException($"`{host}` is no name of a host", nameof(host));
        }

        var names = new SubjectAlternativeNameBuilder();
        names.AddUri(new Uri(HostIdentity.Prefix + host));
        return Issue($"CN={host}", key, ClientUse, names, now);
    }

    /// <summary>A certificate for a server's listener for hosts, with a private key of its own, which lies in memory alone.</summary>
    /// <param name="addresses">Where hosts reach it: names of DNS and addresses, for those who look; hosts go by the authority.</param>
    /// <param name="now">The time.</param>
    public X509Certificate2 IssueServer(IEnumerable<string> addresses, DateTimeOffset now)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("portlight");
        foreach (var address in addresses)
        {
            if (Cidr.TryParseAddress(address, out var ip, out _))
            {
                names.AddIpAddress(ip);
            }
            else
            {
                names.AddDnsName(address);
            }
        }

        using var alone = Issue("CN=portlight", new PublicKey(key), ServerUse, names, now);
        return alone.CopyWithPrivateKey(key);
    }

    public void Dispose() => Certificate.Dispose();

    private X509Certificate2 Issue(string subject, PublicKey key, string use, SubjectAlternativeNameBuilder names, DateTimeOffset now)
    {
        var request = new CertificateRequest(new X500DistinguishedName(subject), key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: false, hasPathLengthConstraint: false, pathLengthConstraint: 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, critical: true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(use)], critical: false));
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(Certificate, includeKeyIdentifier: true, includeIssuerAndSerial: false));
        // Never beyond the authority itself, which .NET refuses to sign. It is of a time to come where the clock was set back since it was made.
        var start = now - Backdated > Certificate.NotBefore ? now - Backdated : Certificate.NotBefore;
        var end = start + Backdated + Life < Certificate.NotAfter ? start + Backdated + Life : Certificate.NotAfter;
        return request.Create(Certificate, start, end, NewSerial());
    }

    /// <summary>16 random bytes; the top bit is clear, or DER would need one more to say that the number is positive, and the next is set, so that it has no leading zeros.</summary>
    private static byte[] NewSerial()
    {
        var serial = RandomNumberGenerator.GetBytes(16);
        serial[0] = (byte)(serial[0] & 0x7f | 0x40);
        return serial;
    }
}
