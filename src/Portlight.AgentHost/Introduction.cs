using System.Security.Cryptography.X509Certificates;
using Portlight.AgentProtocol;
using Portlight.Certificates;

namespace Portlight.AgentHost;

/// <summary>
/// How a machine that knows the pin of an authority and nothing else finds out whether it speaks to a server of it. TLS does not send an authority's own certificate, so the first
/// connection is made unseen; then the server names its authority, and only when that has the pin and has signed what the connection has shown is anything secret said.
/// </summary>
internal sealed class Introduction(byte[] pin)
{
    internal const string Stranger = "its certificate is not of the authority that this machine knows: it is another installation, or somebody is in between";

    private readonly Lock _lock = new();
    private byte[]? _shown;
    private Trust? _trust;

    /// <summary>Whether a connection may be made: the first one, and those to servers that are trusted.</summary>
    internal bool MayConnect(X509Certificate2 shown)
    {
        lock (_lock)
        {
            if (_trust is not null)
            {
                return _trust.CheckServer(shown).Standing == CertificateStanding.Good;
            }

            if (_shown is not null)
            {
                return false;
            }

            _shown = shown.RawData;
            return true;
        }
    }

    /// <summary>The server has named its authorities.</summary>
    /// <exception cref="AgentException">None has the pin, or it has not signed what the connection has shown.</exception>
    internal void Verify(IEnumerable<byte[]> authorities)
    {
        lock (_lock)
        {
            var pinned = AuthorityPin.Find(pin, authorities.Select(authority => X509CertificateLoader.LoadCertificate(authority)));
            if (pinned is null || _shown is null)
            {
                throw new AgentException(Stranger);
            }

            var trust = new Trust(pinned);
            using var shown = X509CertificateLoader.LoadCertificate(_shown);
            var verdict = trust.CheckServer(shown);
            _trust = verdict.Standing switch
            {
                CertificateStanding.Good => trust,
                CertificateStanding.ForeignAuthority => throw new AgentException(Stranger),
                _ => throw new AgentException($"its certificate {verdict.Problem}"),
            };
        }
    }
}
