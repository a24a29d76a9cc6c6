using Portlight.Api;
using Portlight.Wire.Lightsail;

namespace Portlight.Lightsail;

/// <summary>Removes tags by key; keys that the resource does not have are passed over.</summary>
internal sealed class UntagResource(TagChange tags) : IOperation<UntagResourceRequest, UntagResourceResponse>
{
    public async Task<UntagResourceResponse> HandleAsync(Call call, UntagResourceRequest request)
    {
        var check = new RequestCheck(call);
        var name = check.Name(request.ResourceName, "resourceName");
        var keys = request.TagKeys ?? [];
        if (keys.Count == 0)
        {
            check.Refuse("tagKeys", "is missing or empty; at least one key is wanted");
        }

        for (var i = 0; i < keys.Count; i++)
        {
            if (string.IsNullOrEmpty(keys[i]) || keys[i]!.Length > Domain.Tags.MaxKeyLength * 2)
            {
                check.Refuse($"tagKeys[{i}]", $"is not a key of 1 to {Domain.Tags.MaxKeyLength} characters");
            }
        }

        check.Done();
        string[] named = [.. keys.OfType<string>()];
        var operation = await tags.RunAsync(call, name, request.ResourceArn, question => question with { TagKeys = named }, existing => existing.RemoveRange(named));
        return new UntagResourceResponse { Operations = [operation.ToWire()] };
    }
}
