using Portlight.Api;
using Portlight.Domain;
using Portlight.Wire.PortlightApi;

namespace Portlight.Lightsail;

/// <summary>Keeps port rules under a name. They are checked as those of an instance, and opened nowhere.</summary>
internal sealed class PutPortTemplate(Services services) : IOperation<PutPortTemplateRequest, PutPortTemplateResponse>
{
    public async Task<PutPortTemplateResponse> HandleAsync(Call call, PutPortTemplateRequest request)
    {
        var name = BookNames.Require(request.TemplateName, "templateName", services.Limits);
        if (request.PortInfos is not { Count: > 0 } infos)
        {
            throw Requests.Invalid([new Problem("portInfos", "names no rule")]);
        }

        if (!PortSet.TryCreate([.. infos.Select(info => info.ToInput())], services.Limits, out var ports, out var problems))
        {
            throw Requests.Invalid(problems);
        }

        return await BookNames.ChangeAsync(services.Store, call, book => (
            book with { Templates = book.Templates.Remove(name).Add(name, ports) },
            new PutPortTemplateResponse { Template = BookNames.ToWire(name, ports, services.Options.AwsQuirks) }));
    }
}
