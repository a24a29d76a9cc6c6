using Portlight.Api;
using Portlight.Wire.PortlightApi;

namespace Portlight.Lightsail;

/// <summary>The names that the caller's account has given to networks and port sets.</summary>
internal sealed class GetAddressBook(Services services) : IOperation<GetAddressBookRequest, GetAddressBookResponse>
{
    public Task<GetAddressBookResponse> HandleAsync(Call call, GetAddressBookRequest request)
    {
        var book = services.Store.View.FindAccount(call.Principal.AccountId)!.Book;
        call.NoteSteps(GetExposure.StepsOfInstance * (1L + book.Entries));
        return Task.FromResult(new GetAddressBookResponse
        {
            Networks = [.. book.Networks.Select(network => BookNames.ToWire(network.Key, network.Value))],
            Templates = [.. book.Templates.Select(template => BookNames.ToWire(template.Key, template.Value, services.Options.AwsQuirks))],
        });
    }
}
