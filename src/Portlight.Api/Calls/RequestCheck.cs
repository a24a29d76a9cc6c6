using Portlight.Domain;
using Portlight.Wire;

namespace Portlight.Api;

/// <summary>Collects everything that is wrong with a request, so that one answer names it all.</summary>
internal sealed class RequestCheck(Call call)
{
    private readonly List<string> problems = [];
    private readonly List<Problem> found = [];
    private readonly List<string> missing = [];

    /// <summary>Where checks of the domain put their problems.</summary>
    public ICollection<Problem> Problems => found;

    public bool IsGood => problems.Count + found.Count + missing.Count == 0;

    public void Refuse(string field, string message) => found.Add(new Problem(field, message));

    /// <summary>A problem in the service's own words, which name no field.</summary>
    public void Refuse(string words) => problems.Add(words);

    /// <summary>Something that the request names is not there: where nothing else is wrong, that is another error.</summary>
    public void Miss(string words) => missing.Add(words);

    /// <summary>A resource's name: there, and well-formed.</summary>
    public string Name(string? name, string field)
    {
        if (name is null)
        {
            Refuse(field, "is missing");
        }
        else if (!ResourceName.IsValid(name))
        {
            Refuse(ResourceName.Refusal(name));
        }
        else
        {
            call.Resource ??= name;
        }

        return name ?? "";
    }

    /// <summary>A text that must be there and one of a few.</summary>
    public string OneOf(string? text, string field, params ReadOnlySpan<string> allowed)
    {
        if (text is null)
        {
            Refuse(field, $"is missing; one of {string.Join(", ", allowed)} is wanted");
        }
        else if (!allowed.Contains(text))
        {
            Refuse(field, $"`{UserText.Excerpt(text)}` is not one of {string.Join(", ", allowed)}");
        }

        return text ?? "";
    }

    /// <summary>Ends the request when anything is wrong with it.</summary>
    public void Done()
    {
        if (IsGood)
        {
            return;
        }

        var message = string.Join("; ", [.. problems, .. found.Select(problem => problem.ToString()), .. missing]);
        throw problems.Count + found.Count == 0 ? new NotFoundException(message) : new InvalidInputException(message);
    }
}
