using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Logging;

namespace Portlight.Api;

/// <summary>
/// The certificate of the HTTPS listeners, as its files say it now: a renewal (RFC 8555 clients write one every few weeks) is served to the next connection. While the new files
/// cannot be used, the certificate before them is, and the log says why.
/// </summary>
internal sealed partial class ServingCertificate
{
    /// <summary>How old what is served may be: connections come faster than files change.</summary>
    internal static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1);

    private readonly string _certificatePath;
    private readonly string _keyPath;
    private readonly TimeProvider _clock;
    private readonly Lock _gate = new();
    private (string Certificate, string Key) _files;
    private SslStreamCertificateContext _current;
    private long _looked;
    private string? _problem;

    private ServingCertificate(string certificatePath, string keyPath, TimeProvider clock)
    {
        (_certificatePath, _keyPath, _clock) = (certificatePath, keyPath, clock);
        _looked = clock.GetTimestamp();
        _files = Read();
        _current = Make(_files.Certificate, _files.Key);
    }

    /// <summary>Where it is told that there is a new certificate, or none that can be used; null for nowhere.</summary>
    public ILogger? Log { get; set; }

    /// <param name="certificate">A file in PEM: the certificate, and behind it those that signed it, up to one that callers know.</param>
    /// <param name="key">A file in PEM: its key, not encrypted.</param>
    /// <param name="clock">For the time between two looks.</param>
    /// <exception cref="IOException">They cannot be read or used.</exception>
    public static ServingCertificate Open(string certificate, string key, TimeProvider clock) => new(certificate, key, clock);

    /// <summary>What a connection that begins now is to be shown: the certificate and its chain.</summary>
    public SslStreamCertificateContext Current
    {
        get
        {
            lock (_gate)
            {
                if (_clock.GetElapsedTime(_looked) >= LookEvery)
                {
                    _looked = _clock.GetTimestamp();
                    Look_NeedsLock();
                }

                return _current;
            }
        }
    }

    private void Look_NeedsLock()
    {
        try
        {
            var files = Read();
            if (files == _files)
            {
                return;
            }

            _current = Make(files.Certificate, files.Key);
            (_files, _problem) = (files, null);
            if (Log is { } log)
            {
                LogRenewed(log, _certificatePath, _current.TargetCertificate.NotAfter.ToUniversalTime());
            }
        }
        catch (IOException unusable)
        {
            // Told once, not at each look.
            if (_problem != unusable.Message && Log is { } log)
            {
                LogUnusable(log, unusable.Message);
            }

            _problem = unusable.Message;
        }
    }

    private (string Certificate, string Key) Read() => (ReadPem("tls-cert", _certificatePath), ReadPem("tls-key", _keyPath));

    private static string ReadPem(string setting, string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception absent) when (absent is IOException or UnauthorizedAccessException)
        {
            throw new IOException($"`{setting}`: {absent.Message}", absent);
        }
    }

    private SslStreamCertificateContext Make(string certificate, string key)
    {
        try
        {
            var chain = new X509Certificate2Collection();
            chain.ImportFromPem(certificate);
            // Offline: what is sent is what the file holds, and nothing is fetched for it.
            return SslStreamCertificateContext.Create(X509Certificate2.CreateFromPem(certificate, key), [.. chain.Skip(1)], offline: true);
        }
        catch (Exception unusable) when (unusable is CryptographicException or ArgumentException)
        {
            throw new IOException($"`tls-cert` {_certificatePath} and `tls-key` {_keyPath} cannot be used: {Reason(certificate, key)}", unusable);
        }
    }

    private static string Reason(string certificate, string key) =>
        !certificate.Contains("-----BEGIN CERTIFICATE-----", StringComparison.Ordinal) ? "the first is not a certificate in PEM"
        : key.Contains("ENCRYPTED", StringComparison.Ordinal) ? "the key is encrypted; `openssl pkey -in KEY -out NEW` writes one without a passphrase"
        : !key.Contains("PRIVATE KEY-----", StringComparison.Ordinal) ? "the second is not a private key in PEM"
        : "the key is damaged, or belongs to another certificate";

    [LoggerMessage(1401, LogLevel.Information, "the certificate {Path} was renewed, and is valid until {Until:u}")]
    private static partial void LogRenewed(ILogger logger, string path, DateTime until);

    [LoggerMessage(1402, LogLevel.Error, "the certificate of before is served: {Reason}")]
    private static partial void LogUnusable(ILogger logger, string reason);
}
