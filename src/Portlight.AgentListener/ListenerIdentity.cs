using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Portlight.Certificates;

namespace Portlight.AgentListener;

/// <summary>What the listener trusts and what it shows itself: a certificate of the authority that signs, with its key in memory alone, made anew at half of its life.</summary>
/// <param name="authority">The authority that signs.</param>
/// <param name="others">Authorities that are trusted beside it while one replaces the other.</param>
/// <param name="addresses">Where agents reach the listener.</param>
/// <param name="clock">The time.</param>
internal sealed class ListenerIdentity(CertificateAuthority authority, IEnumerable<X509Certificate2> others, IReadOnlyList<string> addresses, TimeProvider clock)
{
    private readonly Lock _lock = new();
    private X509Certificate2? _shown;
    private SslStreamCertificateContext? _context;

    public CertificateAuthority Authority => authority;

    public Trust Trust { get; } = new([authority.Certificate, .. others]);

    /// <summary>What TLS shows: the certificate. That of the authority is not sent by TLS; agents have it, and machines that join ask for it.</summary>
    public SslStreamCertificateContext Shown
    {
        get
        {
            lock (_lock)
            {
                if (_context is null || Trust.IsRenewalDue(_shown!, clock.GetUtcNow(), jitter: 0))
                {
                    // The former one is not disposed of: handshakes use it still.
                    _shown = authority.IssueServer(addresses, clock.GetUtcNow());
                    _context = SslStreamCertificateContext.Create(_shown, [X509CertificateLoader.LoadCertificate(authority.Certificate.RawData)], offline: true);
                }

                return _context;
            }
        }
    }
}
