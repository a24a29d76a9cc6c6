using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Portlight.Domain;

namespace Portlight.Certificates.Tests;

/// <summary>Certificates to look at.</summary>
internal static class Issued
{
    internal static readonly DateTimeOffset Now = new(2027, 3, 1, 12, 0, 0, TimeSpan.Zero);

    internal static CertificateAuthority Authority() => CertificateAuthority.Create(new InstallationId(0x1a57), Now);

    internal static PublicKey Key()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        Assert.True(SigningRequest.TryRead(SigningRequest.Create(key), out var read, out var problem), problem);
        return read;
    }

    internal static X509Certificate2 Host(this CertificateAuthority authority, string name = "fra-07") => authority.IssueHost(name, Key(), Now);
}
