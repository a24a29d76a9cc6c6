using System.Text;
using Portlight.Api;
using Portlight.Wire.Lightsail;

namespace Portlight.Lightsail;

/// <summary>Both halves of the region's default key pair, the only private key that is kept.</summary>
internal sealed class DownloadDefaultKeyPair(Services services) : IOperation<DownloadDefaultKeyPairRequest, DownloadDefaultKeyPairResponse>
{
    public Task<DownloadDefaultKeyPairResponse> HandleAsync(Call call, DownloadDefaultKeyPairRequest request)
    {
        var keyPair = services.Store.View.RequireKeyPair(call, Domain.KeyPair.DefaultName);
        return Task.FromResult(new DownloadDefaultKeyPairResponse
        {
            PublicKeyBase64 = keyPair.PublicKey,
            PrivateKeyBase64 = Encoding.UTF8.GetString(services.Secrets.Open(keyPair.SealedPrivateKey!)),
            CreatedAt = keyPair.CreatedAt,
        });
    }
}
