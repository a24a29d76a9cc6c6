using Portlight.Domain;
using Portlight.Wire;

namespace Portlight.Api;

/// <summary>Collects everything that is wrong with a request, so that one answer names it all.</summary>
internal sealed class RequestCheck(Call call)
{
    private readonly List<string> _problems = [];
    private readonly List<Problem> _found = [];
    private readonly List<string> _missing = [];

    /// <summary>Where checks of the domain put their problems.</summary>
    public ICollection<Problem> Problems => _found;

    public bool IsGood => _problems.Count + _found.Count + _missing.Count == 0;

    public void Refuse(string field, string message) => _found.Add(new Problem(field, message));

    /// <summary>A problem in the service's own words, which name no field.</summary>
    public void Refuse(string words) => _problems.Add(words);

    /// <summary>Something that the request names is not there: where nothing else is wrong, that is another error.</summary>
    public void Miss(string words) => _missing.Add(words);

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

        var message = string.Join("; ", [.. _problems, .. _found.Select(problem => problem.ToString()), .. _missing]);
        throw _problems.Count + _found.Count == 0 ? new NotFoundException(message) : new InvalidInputException(message);
    }
}
