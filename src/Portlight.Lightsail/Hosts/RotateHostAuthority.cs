using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Portlight.Api;
using Portlight.Certificates;
using Portlight.Domain;
using Portlight.Storage;
using Portlight.Wire;
using Portlight.Wire.PortlightApi;

namespace Portlight.Lightsail;

/// <summary>
/// Replaces the authority for the certificates of hosts, in two steps, each durable before anything goes by it. A host stores a certificate of the new one together with that authority, so the certificate
/// that it shows tells that it knows the new one; until all show one, the listener shows one of the former authority.
/// </summary>
internal sealed class RotateHostAuthority(Services services) : IOperation<RotateHostAuthorityRequest, RotateHostAuthorityResponse>
{
    private const string Begin = "begin";
    private const string Finish = "finish";

    public async Task<RotateHostAuthorityResponse> HandleAsync(Call call, RotateHostAuthorityRequest request)
    {
        if (request.Step is not (null or Begin or Finish))
        {
            throw Requests.Invalid([new Problem("step", $"`{UserText.Excerpt(request.Step)}` is none: {Begin}, {Finish}, or nothing to see how far it is")]);
        }

        if (request.Step is null)
        {
            return Answer(services.Store.View);
        }

        var door = services.Hosts.Door ?? throw new InvalidInputException("this server takes no agents of other machines (--agents), so it has no authority to replace");
        var made = request.Step == Begin ? door.MakeAuthority() : null;
        await services.Store.CommitAsync(call, (view, changes) =>
        {
            var current = Local(view);
            var saved = current with { Authorities = made is null ? Finished(view, current) : Begun(current, made) };
            changes.Save(saved);
            return saved;
        });
        // Each hears of it when it connects again.
        await services.Hosts.TakeAuthoritiesAsync();
        return Answer(services.Store.View);
    }

    private static ImmutableArray<HostAuthority> Begun(Host local, HostAuthority made) => local.Authorities.Length == 1
        ? [.. local.Authorities, made]
        : throw new InvalidInputException("another authority is taking the place of the present one already: finish that first");

    private static ImmutableArray<HostAuthority> Finished(IStoreView view, Host local)
    {
        if (local.Authorities.Length < 2)
        {
            throw new InvalidInputException("no authority is being replaced");
        }

        var missing = Missing(view, local);
        return missing.Count == 0
            ? [local.Authorities[^1]]
            : throw new InvalidInputException($"{string.Join(", ", missing)} {(missing.Count == 1 ? "has" : "have")} no certificate of the new authority yet and would be locked out: let the agents connect, or revoke the hosts that will not come back");
    }

    private static RotateHostAuthorityResponse Answer(IStoreView view)
    {
        var local = Local(view);
        var isReplacing = local.Authorities.Length > 1;
        return new RotateHostAuthorityResponse { IsReplacing = isReplacing, WaitsFor = isReplacing ? Missing(view, local) : [] };
    }

    /// <summary>The hosts that may show a certificate of the former authority still: the oldest of what they may show is the one in use.</summary>
    private static List<string> Missing(IStoreView view, Host local)
    {
        using var newest = X509CertificateLoader.LoadCertificate(local.Authorities[^1].Der.AsSpan());
        var trust = new Trust(newest);
        return [.. view.ListHosts().Where(host => !host.Certificates.IsDefaultOrEmpty && !IsOf(trust, host.Certificates[0])).Select(host => host.Name)];
    }

    private static bool IsOf(Trust trust, HostCertificate stored)
    {
        try
        {
            using var certificate = X509CertificateLoader.LoadCertificate(stored.Der.AsSpan());
            return trust.CheckHost(certificate, DateTimeOffset.UnixEpoch).Standing != CertificateStanding.ForeignAuthority;
        }
        catch (CryptographicException)
        {
            return false;
        }
    }

    private static Host Local(IStoreView view) => view.FindHost(HostName.Local) ?? throw new StoreException("the host of this machine is not stored");
}
