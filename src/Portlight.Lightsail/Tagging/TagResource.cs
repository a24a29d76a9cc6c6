using Portlight.Api;
using Portlight.Wire.Lightsail;

namespace Portlight.Lightsail;

/// <summary>Adds tags to a resource; a key that it has gets the new value.</summary>
internal sealed class TagResource(TagChange tags) : IOperation<TagResourceRequest, TagResourceResponse>
{
    public async Task<TagResourceResponse> HandleAsync(Call call, TagResourceRequest request)
    {
        var check = new RequestCheck(call);
        var name = check.Name(request.ResourceName, "resourceName");
        var added = request.Tags.ToInput();
        if (added.Count == 0)
        {
            check.Refuse("tags", "is missing or empty; at least one tag is wanted");
        }

        var tagsOfRequest = Domain.Tags.Add(Domain.Tags.None, added, "tags", check.Problems);
        check.Done();
        var operation = await tags.RunAsync(call, name, request.ResourceArn, question => question with { RequestTags = tagsOfRequest }, existing =>
        {
            var together = new RequestCheck(call);
            var result = Domain.Tags.Add(existing, added, "tags", together.Problems);
            together.Done();
            return result;
        });
        return new TagResourceResponse { Operations = [operation.ToWire()] };
    }
}
