using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Portlight.Certificates.Tests;

public sealed class TrustTests : IDisposable
{
    private readonly CertificateAuthority _authority = Issued.Authority();

    private Trust Here => new(_authority.Certificate);

    public void Dispose() => _authority.Dispose();

    [Theory]
    [InlineData(0, CertificateStanding.Good)]
    [InlineData(30, CertificateStanding.Good)]
    [InlineData(-1, CertificateStanding.Good)]
    [InlineData(-300, CertificateStanding.Good)]
    [InlineData(31, CertificateStanding.MayRenew)]
    [InlineData(119, CertificateStanding.MayRenew)]
    [InlineData(121, CertificateStanding.Expired)]
    public void A_certificate_of_a_host_is_good_in_its_time_and_can_be_renewed_for_ninety_days_after_it(int days, CertificateStanding standing)
    {
        using var certificate = _authority.Host();
        var verdict = Here.CheckHost(certificate, Issued.Now + TimeSpan.FromDays(days));
        Assert.Equal((standing, "fra-07", Trust.SerialOf(certificate)), (verdict.Standing, verdict.Host, verdict.Serial));
        Assert.Equal(standing == CertificateStanding.Good, verdict.Problem is null);
    }

    [Fact]
    public void No_clock_keeps_a_host_from_its_server()
    {
        using var authority = CertificateAuthority.Create(new Portlight.Domain.InstallationId(7), new DateTimeOffset(2020, 1, 1, 0, 0, 0, TimeSpan.Zero));
        using var past = authority.IssueServer(["192.0.2.1", "portlight.example"], new DateTimeOffset(2020, 2, 1, 0, 0, 0, TimeSpan.Zero));
        using var future = authority.IssueServer(["192.0.2.1"], new DateTimeOffset(2029, 2, 1, 0, 0, 0, TimeSpan.Zero));
        var there = new Trust(authority.Certificate);
        Assert.Equal((CertificateStanding.Good, CertificateStanding.Good), (there.CheckServer(past).Standing, there.CheckServer(future).Standing));
    }

    [Fact]
    public void An_authority_that_was_made_when_the_clock_was_ahead_signs_when_it_has_been_set_back()
    {
        using var server = _authority.IssueServer([], Issued.Now - TimeSpan.FromDays(400));
        using var host = _authority.IssueHost("fra-07", Issued.Key(), Issued.Now - TimeSpan.FromDays(400));
        Assert.Equal(CertificateStanding.Good, Here.CheckServer(server).Standing);
        Assert.Equal(CertificateStanding.Good, Here.CheckHost(host, Issued.Now - TimeSpan.FromDays(400)).Standing);
    }

    [Fact]
    public void A_certificate_is_for_one_use()
    {
        using var server = _authority.IssueServer([], Issued.Now);
        using var host = _authority.Host();
        Assert.Equal(CertificateStanding.WrongUse, Here.CheckHost(server, Issued.Now).Standing);
        Assert.Equal(CertificateStanding.WrongUse, Here.CheckServer(host).Standing);
        Assert.NotEqual(CertificateStanding.Good, Here.CheckHost(_authority.Certificate, Issued.Now).Standing);
        Assert.NotEqual(CertificateStanding.Good, Here.CheckServer(_authority.Certificate).Standing);
    }

    [Fact]
    public void A_foreign_authority_of_the_same_name_is_not_trusted()
    {
        using var foreign = Issued.Authority();
        using var certificate = foreign.Host();
        using var server = foreign.IssueServer([], Issued.Now);
        Assert.Equal(foreign.Certificate.Subject, _authority.Certificate.Subject);
        var verdict = Here.CheckHost(certificate, Issued.Now);
        Assert.Equal((CertificateStanding.ForeignAuthority, null), (verdict.Standing, verdict.Host));
        Assert.Equal(CertificateStanding.ForeignAuthority, Here.CheckServer(server).Standing);
    }

    [Fact]
    public void The_chain_that_a_handshake_has_built_counts_as_far_as_it_leads_to_an_authority_of_here()
    {
        using var foreign = Issued.Authority();
        using var host = _authority.Host();
        using var server = _authority.IssueServer([], Issued.Now);
        using var stranger = foreign.Host();
        using var chain = Built(Here, host);
        Assert.Equal((CertificateStanding.Good, "fra-07"), Here.CheckHost(host, chain, SslPolicyErrors.None, Issued.Now) is var good ? (good.Standing, good.Host) : default);
        Assert.Equal(CertificateStanding.WrongUse, Here.CheckServer(host, chain, SslPolicyErrors.RemoteCertificateNameMismatch).Standing);
        Assert.Equal(CertificateStanding.ForeignAuthority, Here.CheckHost(host, chain, SslPolicyErrors.RemoteCertificateChainErrors, Issued.Now).Standing);
        Assert.Equal(CertificateStanding.ForeignAuthority, Here.CheckHost(host, null, SslPolicyErrors.None, Issued.Now).Standing);

        using var ofServer = Built(Here, server);
        Assert.Equal(CertificateStanding.Good, Here.CheckServer(server, ofServer, SslPolicyErrors.RemoteCertificateNameMismatch).Standing);
        Assert.Equal(CertificateStanding.WrongUse, Here.CheckHost(server, ofServer, SslPolicyErrors.None, Issued.Now).Standing);

        // Built by what trusts another authority, of the same name: nothing is wrong with it, and it is not of here.
        using var elsewhere = Built(new Trust(foreign.Certificate), stranger);
        Assert.Equal(CertificateStanding.ForeignAuthority, Here.CheckHost(stranger, elsewhere, SslPolicyErrors.None, Issued.Now).Standing);
    }

    [Fact]
    public void What_a_host_has_signed_with_its_own_certificate_is_not_trusted()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var alone = _authority.IssueHost("fra-07", new PublicKey(key), Issued.Now);
        using var host = alone.CopyWithPrivateKey(key);
        using var otherKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=another", otherKey, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddUri(new Uri("spiffe://portlight/host/another"));
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(CertificateAuthority.ClientUse)], false));
        using var forged = request.Create(host.SubjectName, X509SignatureGenerator.CreateForECDsa(key), Issued.Now, Issued.Now.AddDays(1), [1, 2, 3]);
        Assert.Equal(CertificateStanding.ForeignAuthority, Here.CheckHost(forged, Issued.Now).Standing);
    }

    [Theory]
    [InlineData("https://portlight/host/fra-07")]
    [InlineData("spiffe://portlight/host/FRA")]
    [InlineData("spiffe://portlight/host/")]
    [InlineData("spiffe://portlight/host/fra-07", "spiffe://portlight/host/fra-08")]
    public void A_certificate_that_names_no_host_or_two_is_none_of_a_host(params string[] uris)
    {
        var request = new CertificateRequest(new X500DistinguishedName("CN=fra-07"), Issued.Key(), HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        foreach (var uri in uris)
        {
            names.AddUri(new Uri(uri));
        }

        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(CertificateAuthority.ClientUse)], false));
        using var certificate = request.Create(_authority.Certificate, Issued.Now, Issued.Now.AddDays(1), [1, 2, 3]);
        Assert.Equal(CertificateStanding.NoHost, Here.CheckHost(certificate, Issued.Now).Standing);
    }

    [Fact]
    public void While_one_authority_replaces_another_both_are_trusted()
    {
        using var next = Issued.Authority();
        using var old = _authority.Host();
        using var renewed = next.Host();
        var both = new Trust(next.Certificate, _authority.Certificate);
        Assert.Equal(CertificateStanding.Good, both.CheckHost(old, Issued.Now).Standing);
        Assert.Equal(CertificateStanding.Good, both.CheckHost(renewed, Issued.Now).Standing);
        var after = new Trust(next.Certificate);
        Assert.Equal(CertificateStanding.ForeignAuthority, after.CheckHost(old, Issued.Now).Standing);
        Assert.Equal(CertificateStanding.Good, after.CheckHost(renewed, Issued.Now).Standing);
        Assert.Equal([next.Certificate.RawData, _authority.Certificate.RawData], both.Authorities);
    }

    [Fact]
    public void Renewal_is_due_between_half_and_seven_tenths_of_a_life()
    {
        using var certificate = _authority.Host();
        var life = certificate.NotAfter - certificate.NotBefore;
        DateTimeOffset At(double part) => new DateTimeOffset(certificate.NotBefore) + life * part;
        Assert.False(Trust.IsRenewalDue(certificate, At(0.499), jitter: 0));
        Assert.True(Trust.IsRenewalDue(certificate, At(0.501), jitter: 0));
        Assert.False(Trust.IsRenewalDue(certificate, At(0.699), jitter: 1));
        Assert.True(Trust.IsRenewalDue(certificate, At(0.701), jitter: 1));
    }

    private static X509Chain Built(Trust trust, X509Certificate2 certificate)
    {
        var chain = new X509Chain { ChainPolicy = trust.MakePolicy() };
        Assert.True(chain.Build(certificate));
        return chain;
    }
}
