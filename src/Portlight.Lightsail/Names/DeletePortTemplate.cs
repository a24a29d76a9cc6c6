using Portlight.Api;
using Portlight.Domain;
using Portlight.Wire;
using Portlight.Wire.PortlightApi;

namespace Portlight.Lightsail;

/// <summary>Forgets a template.</summary>
internal sealed class DeletePortTemplate(Services services) : IOperation<DeletePortTemplateRequest, DeletePortTemplateResponse>
{
    public async Task<DeletePortTemplateResponse> HandleAsync(Call call, DeletePortTemplateRequest request)
    {
        var name = BookNames.Require(request.TemplateName, "templateName", services.Limits);
        return await BookNames.ChangeAsync(services.Store, call, book => book.Templates.TryGetKey(name, out var known)
            ? (book with { Templates = book.Templates.Remove(name) }, new DeletePortTemplateResponse { Template = BookNames.ToWire(known, book.Templates[name], services.Options.AwsQuirks) })
            : throw new NotFoundException($"The PortTemplate does not exist: {UserText.Excerpt(name)}"));
    }
}
