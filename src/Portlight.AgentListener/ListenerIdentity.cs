using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Portlight.Certificates;

namespace Portlight.AgentListener;

/// <summary>
/// What the listener trusts and what it shows itself: a certificate of the first authority, with its key in memory alone, made anew at half of its life. Of two authorities the first is known to every host, and the
/// last is the one that takes its place: it signs what hosts show from now on.
/// </summary>
internal sealed class ListenerIdentity
{
    private readonly IReadOnlyList<string> _addresses;
    private readonly TimeProvider _clock;
    private readonly Lock _lock = new();
    private IReadOnlyList<CertificateAuthority> _authorities;
    private Trust _trust;
    private X509Certificate2? _shown;
    private SslStreamCertificateContext? _context;

    /// <param name="authorities">One, or two while one takes the place of the other.</param>
    /// <param name="addresses">Where agents reach the listener.</param>
    /// <param name="clock">The time.</param>
    public ListenerIdentity(IReadOnlyList<CertificateAuthority> authorities, IReadOnlyList<string> addresses, TimeProvider clock) =>
        (_authorities, _trust, _addresses, _clock) = (authorities, new Trust(authorities.Select(authority => authority.Certificate)), addresses, clock);

    public Trust Trust
    {
        get
        {
            lock (_lock)
            {
                return _trust;
            }
        }
    }

    /// <summary>What TLS shows: the certificate. That of the authority is not sent by TLS; agents have it, and machines that join ask for it.</summary>
    public SslStreamCertificateContext Shown
    {
        get
        {
            lock (_lock)
            {
                if (_context is null || Trust.IsRenewalDue(_shown!, _clock.GetUtcNow(), jitter: 0))
                {
                    // The former one is not disposed of: handshakes use it still.
                    _shown = _authorities[0].IssueServer(_addresses, _clock.GetUtcNow());
                    _context = SslStreamCertificateContext.Create(_shown, [X509CertificateLoader.LoadCertificate(_authorities[0].Certificate.RawData)], offline: true);
                }

                return _context;
            }
        }
    }

    /// <summary>A certificate by which a host shows who it is.</summary>
    public X509Certificate2 IssueHost(string host, PublicKey key)
    {
        lock (_lock)
        {
            return _authorities[^1].IssueHost(host, key, _clock.GetUtcNow());
        }
    }

    /// <summary>From the next handshake on. The former authorities are not disposed of: handshakes that are under way use them still.</summary>
    public void Replace(IReadOnlyList<CertificateAuthority> authorities)
    {
        lock (_lock)
        {
            (_authorities, _trust, _context) = (authorities, new Trust(authorities.Select(authority => authority.Certificate)), null);
        }
    }
}
