using Portlight.Api;
using Portlight.Wire.PortlightApi;

namespace Portlight.Lightsail;

/// <summary>The operations of Portlight's own API on the names that an account has given.</summary>
internal static class NameEntries
{
    public static IEnumerable<OperationEntry> All(Services services)
    {
        var json = PortlightJson.Default;
        return
        [
            OperationEntry.Of(ApiService.Portlight, "GetAddressBook", AccessOn.Account, new GetAddressBook(services), () => json.GetAddressBookRequest, () => json.GetAddressBookResponse, OperationTraits.ReadOnly),
            OperationEntry.Of(ApiService.Portlight, "PutNamedNetwork", AccessOn.Account, new PutNamedNetwork(services), () => json.PutNamedNetworkRequest, () => json.PutNamedNetworkResponse),
            OperationEntry.Of(ApiService.Portlight, "DeleteNamedNetwork", AccessOn.Account, new DeleteNamedNetwork(services), () => json.DeleteNamedNetworkRequest, () => json.DeleteNamedNetworkResponse),
            OperationEntry.Of(ApiService.Portlight, "PutPortTemplate", AccessOn.Account, new PutPortTemplate(services), () => json.PutPortTemplateRequest, () => json.PutPortTemplateResponse),
            OperationEntry.Of(ApiService.Portlight, "DeletePortTemplate", AccessOn.Account, new DeletePortTemplate(services), () => json.DeletePortTemplateRequest, () => json.DeletePortTemplateResponse),
        ];
    }
}
