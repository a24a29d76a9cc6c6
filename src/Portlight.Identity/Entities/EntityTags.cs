using Portlight.Domain;
using Portlight.Wire.Query;

namespace Portlight.Identity;

/// <summary>TagUser, TagRole, TagPolicy and their like.</summary>
internal sealed class EntityTags<T>(Entities<T> entities)
    where T : class
{
    public async Task TagAsync(IamRequest request, XmlAnswer answer)
    {
        var name = entities.Name(request);
        var tags = IamTags.Read(request);
        request.Done();
        IamTags.RequireOwnKeys(tags.Keys);
        await entities.SaveAsync(
            request,
            name,
            (_, entity) => entities.Kind.WithTags(Changeable(request, entity), IamTags.Add(entities.Kind.TagsOf(entity), tags)),
            (_, question) => question with { RequestTags = tags.ForConditions() });
    }

    public async Task UntagAsync(IamRequest request, XmlAnswer answer)
    {
        var name = entities.Name(request);
        var keys = request.Texts("TagKeys", IamRules.TagKey, Quotas.Tags);
        request.Done();
        await entities.SaveAsync(
            request,
            name,
            (_, entity) => entities.Kind.WithTags(Changeable(request, entity), entities.Kind.TagsOf(entity).RemoveRange(keys)),
            (_, question) => question with { TagKeys = keys });
    }

    public Task ListAsync(IamRequest request, XmlAnswer answer)
    {
        var name = entities.Name(request);
        var page = IamPage.Read(request);
        request.Done();

        // By place, because a key can be longer than a marker.
        var tags = entities.Kind.TagsOf(entities.Read(request, name)).Select((tag, place) => (Tag: tag, Place: place.ToString("D4")));
        page.Of(tags, entry => entry.Place).Write(answer, "Tags", entry => answer.Tag(entry.Tag));
        return Task.CompletedTask;
    }

    private static T Changeable(IamRequest request, T entity)
    {
        if (entity is ManagedPolicy policy)
        {
            ManagedPolicyKind.RequireOwn(request, policy);
        }

        return entity;
    }
}
