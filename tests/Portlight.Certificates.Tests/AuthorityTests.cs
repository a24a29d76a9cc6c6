using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using CsCheck;

namespace Portlight.Certificates.Tests;

public sealed class AuthorityTests
{
    [Fact]
    public void A_certificate_of_a_host_says_which_and_lives_for_thirty_days()
    {
        using var authority = Issued.Authority();
        using var certificate = authority.Host();
        Assert.Equal("fra-07", HostIdentity.Of(certificate));
        Assert.Equal(Issued.Now - CertificateAuthority.Backdated, new DateTimeOffset(certificate.NotBefore));
        Assert.Equal(Issued.Now + TimeSpan.FromDays(30), new DateTimeOffset(certificate.NotAfter));
        Assert.False(certificate.HasPrivateKey);
        Assert.Equal(32, Trust.SerialOf(certificate).Length);
    }

    [Fact]
    public void No_serial_number_comes_twice_or_needs_another_byte()
    {
        using var authority = Issued.Authority();
        var key = Issued.Key();
        var serials = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < 50; i++)
        {
            using var certificate = authority.IssueHost("a", key, Issued.Now);
            Assert.Equal(16, certificate.SerialNumberBytes.Length);
            Assert.True(serials.Add(Trust.SerialOf(certificate)));
        }
    }

    [Fact]
    public void Of_a_signing_request_the_public_key_counts_and_nothing_else()
    {
        using var authority = Issued.Authority();
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var greedy = new CertificateRequest("CN=root, O=everything", key, HashAlgorithmName.SHA256);
        greedy.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        var names = new SubjectAlternativeNameBuilder();
        names.AddUri(new Uri("spiffe://portlight/host/another"));
        greedy.CertificateExtensions.Add(names.Build());
        Assert.True(SigningRequest.TryRead(greedy.CreateSigningRequest(), out var read, out _));
        using var certificate = authority.IssueHost("fra-07", read, Issued.Now);
        Assert.Equal("CN=fra-07", certificate.Subject);
        Assert.Equal("fra-07", HostIdentity.Of(certificate));
        Assert.False(certificate.Extensions.OfType<X509BasicConstraintsExtension>().Single().CertificateAuthority);
        Assert.Equal(key.ExportSubjectPublicKeyInfo(), certificate.PublicKey.ExportSubjectPublicKeyInfo());
    }

    [Fact]
    public void A_request_with_another_kind_of_key_is_refused()
    {
        using var rsa = RSA.Create(2048);
        using var wide = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        foreach (var request in new[] { new CertificateRequest("CN=a", rsa, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1), new CertificateRequest("CN=a", wide, HashAlgorithmName.SHA256) })
        {
            Assert.False(SigningRequest.TryRead(request.CreateSigningRequest(), out _, out var problem));
            Assert.Contains("P-256", problem, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_request_that_its_key_has_not_signed_or_that_is_no_request_is_refused()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = SigningRequest.Create(key);
        for (var bit = 0; bit < request.Length * 8; bit++)
        {
            var changed = (byte[])request.Clone();
            changed[bit / 8] ^= (byte)(1 << bit % 8);
            Assert.False(SigningRequest.TryRead(changed, out _, out var problem), $"bit {bit}");
            Assert.NotNull(problem);
        }

        Gen.Byte.Array[0, 300].Sample(noise => !SigningRequest.TryRead(noise, out _, out _));
        Assert.False(SigningRequest.TryRead([], out _, out _));
        Assert.False(SigningRequest.TryRead([.. request, 0], out _, out _));
        Assert.False(SigningRequest.TryRead(new byte[SigningRequest.MaxLength + 1], out _, out _));
    }

    [Theory]
    [InlineData("")]
    [InlineData("-a")]
    [InlineData("Fra-07")]
    [InlineData("fra.07")]
    [InlineData("fra/07")]
    [InlineData("fra 07")]
    [InlineData("ä")]
    public void What_is_no_name_of_a_host_gets_no_certificate(string name)
    {
        using var authority = Issued.Authority();
        var key = Issued.Key();
        Assert.Throws<ArgumentException>(() => authority.IssueHost(name, key, Issued.Now));
        Assert.Throws<ArgumentException>(() => authority.IssueHost(new string('a', HostIdentity.MaxLength + 1), key, Issued.Now));
    }

    [Fact]
    public void An_authority_that_was_stored_goes_on_as_it_was()
    {
        using var authority = Issued.Authority();
        using var loaded = CertificateAuthority.Load(authority.Certificate.RawData, authority.ExportPrivateKey());
        using var certificate = loaded.Host();
        Assert.Equal(CertificateStanding.Good, new Trust(authority.Certificate).CheckHost(certificate, Issued.Now).Standing);
        using var other = Issued.Authority();
        Assert.Throws<CryptographicException>(() => CertificateAuthority.Load(authority.Certificate.RawData, other.ExportPrivateKey()));
    }

    [Fact]
    public void Nothing_is_issued_beyond_the_authoritys_own_end()
    {
        using var authority = Issued.Authority();
        using var late = authority.IssueHost("a", Issued.Key(), authority.Certificate.NotAfter - TimeSpan.FromDays(3));
        Assert.Equal(authority.Certificate.NotAfter, late.NotAfter);
    }
}
