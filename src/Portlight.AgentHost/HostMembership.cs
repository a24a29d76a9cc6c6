using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using System.Text.Json.Serialization;
using Portlight.AgentProtocol;
using Portlight.Certificates;
using Portlight.Domain;

namespace Portlight.AgentHost;

/// <summary>
/// What makes this machine a host of an installation, as it is kept in <c>DIR/agent.json</c>, mode 0600: the private key is in it. Replaced whole.
/// </summary>
internal sealed record HostMembership
{
    internal const string FileName = "agent.json";

    public required string Host { get; init; }

    /// <summary>16 hexadecimal digits; the rules in the kernel carry it.</summary>
    public required string Installation { get; init; }

    /// <summary>Where servers listen for agents.</summary>
    public required ImmutableArray<Uri> Servers { get; init; }

    /// <summary>Certificates of the authorities that are trusted, in DER.</summary>
    public required ImmutableArray<byte[]> Authorities { get; init; }

    /// <summary>The newest first. The one before it stays until the newest has been seen to work.</summary>
    public required ImmutableArray<HostCredential> Credentials { get; init; }

    /// <summary>By which token it has joined, so that one that is pasted twice is shown with the same key; null of an earlier build.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? TokenId { get; init; }

    /// <summary>Null when it names none, and the file is damaged.</summary>
    [JsonIgnore]
    internal InstallationId? InstallationId => Domain.InstallationId.TryParse(Installation, out var id) ? id : null;

    [JsonIgnore]
    internal Trust Trust => new(Authorities.Select(authority => X509CertificateLoader.LoadCertificate(authority)));

    /// <summary>
    /// As far as it can be read, whatever the disk holds: what is to be enforced does not depend on this file being whole. A server is spoken to only where there is no
    /// <paramref name="problem"/>.
    /// </summary>
    /// <param name="directory">The data directory.</param>
    /// <param name="problem">Why it does not do to speak to a server, and what to do about it; null when it does.</param>
    /// <returns>Null where nothing can be read.</returns>
    internal static HostMembership? Read(string directory, out string? problem)
    {
        var read = ReadUnlooked(directory, out problem);
        problem ??= read!.FindDamage(directory);
        return read;
    }

    /// <summary>The same without a look at keys and certificates, which <see cref="FindDamage"/> is for: that takes the library that TLS takes, and what is enforced does not wait for it.</summary>
    internal static HostMembership? ReadUnlooked(string directory, out string? problem)
    {
        var path = Path.Combine(directory, FileName);
        try
        {
            var read = JsonSerializer.Deserialize(File.ReadAllBytes(path), MembershipJson.Default.HostMembership);
            problem = read?.IsWhole() != true ? Damaged(path) : PrivateFile.WhyNotPrivate(path);
            return read;
        }
        catch (Exception absent) when (absent is FileNotFoundException or DirectoryNotFoundException)
        {
            problem = $"this machine has not joined an installation ({directory} has no {FileName}): `portlight host token NAME` on the server prints what to do";
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            problem = $"{path} cannot be read: {refused.Message}";
        }
        catch (JsonException)
        {
            problem = Damaged(path);
        }

        return null;
    }

    /// <summary>Whether one of the authorities has a pin; null where that cannot be told, because the file is damaged.</summary>
    internal bool? Trusts(byte[] pin)
    {
        try
        {
            return Authorities.IsDefaultOrEmpty || Authorities.Contains(null!) ? null : AuthorityPin.Find(pin, Authorities.Select(authority => X509CertificateLoader.LoadCertificate(authority))) is not null;
        }
        catch (CryptographicException)
        {
            return null;
        }
    }

    /// <exception cref="IOException">It is not on the disk; the former one is.</exception>
    internal void Write(string directory) => PrivateFile.Write(Path.Combine(directory, FileName), JsonSerializer.SerializeToUtf8Bytes(this, MembershipJson.Default.HostMembership));

    private static string Damaged(string path) => $"{path} is damaged: join again with a new token";

    /// <summary>Why the keys and certificates are none; null when they are.</summary>
    internal string? FindDamage(string directory)
    {
        try
        {
            _ = Trust;
            foreach (var credential in Credentials)
            {
                credential.Load().Dispose();
            }

            return null;
        }
        catch (Exception damaged) when (damaged is CryptographicException or AgentException)
        {
            return Damaged(Path.Combine(directory, FileName));
        }
    }

    /// <summary>
    /// A server that has shown a certificate of its authority is believed; that what it has sent is whole is looked at all the same, before it takes the place of anything: what is on the disk is
    /// the only way back to the servers.
    /// </summary>
    /// <exception cref="AgentException">The newest certificate is not this host's by one of the authorities.</exception>
    internal void RequireSound(DateTimeOffset now)
    {
        try
        {
            if (!Authorities.IsDefaultOrEmpty && HostIdentity.IsName(Host))
            {
                using var certificate = Credentials[0].Load();
                if (Trust.CheckHost(certificate, now).Host == Host)
                {
                    return;
                }
            }
        }
        catch (Exception broken) when (broken is CryptographicException or AgentException)
        {
            throw NotSound(broken);
        }

        throw NotSound(null);
    }

    private static AgentException NotSound(Exception? broken) => new("the server has sent a certificate that its own authority does not know", broken);

    /// <summary>Whether every member is there. JSON may leave any of them without a value.</summary>
    private bool IsWhole() => HostIdentity.IsName(Host) && InstallationId is not null
        && !Authorities.IsDefaultOrEmpty && Authorities.All(authority => authority is not null)
        && !Servers.IsDefaultOrEmpty && Servers.All(server => server is { IsAbsoluteUri: true, Scheme: "https" })
        && !Credentials.IsDefaultOrEmpty && Credentials.All(credential => credential is { Certificate: not null, PrivateKey: not null });
}

/// <summary>A key and the certificate for it.</summary>
/// <param name="Certificate">In DER.</param>
/// <param name="PrivateKey">PKCS #8.</param>
internal sealed record HostCredential(byte[] Certificate, byte[] PrivateKey)
{
    /// <summary>With its private key.</summary>
    /// <exception cref="AgentException">The two are damaged, or do not belong together.</exception>
    internal X509Certificate2 Load()
    {
        try
        {
            using var key = ECDsa.Create();
            key.ImportPkcs8PrivateKey(PrivateKey, out _);
            using var alone = X509CertificateLoader.LoadCertificate(Certificate);
            return alone.CopyWithPrivateKey(key);
        }
        catch (Exception exception) when (exception is CryptographicException or ArgumentException)
        {
            throw new AgentException($"the key or the certificate in {HostMembership.FileName} is damaged: join again with a new token", exception);
        }
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(HostMembership))]
internal sealed partial class MembershipJson : JsonSerializerContext;
