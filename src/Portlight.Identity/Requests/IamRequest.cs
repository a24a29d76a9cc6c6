using System.Globalization;
using Portlight.Api;
using Portlight.Wire;
using Portlight.Wire.Query;

namespace Portlight.Identity;

/// <summary>
/// A request to IAM, read parameter by parameter. Everything that is wrong with it is collected and told at once, in the words of AWS's own front end:
/// <c>1 validation error detected: Value at 'userName' failed to satisfy constraint: …</c>.
/// </summary>
internal sealed class IamRequest(Call call, QueryRequest form)
{
    private readonly List<string> _refusals = [];

    public Call Call => call;

    /// <summary>What the request asks to do, <c>iam:CreateUser</c>.</summary>
    public string Action => call.Entry!.Action;

    public string AccountId => call.Principal.AccountId;

    /// <summary>A text that may be left out.</summary>
    public string? Find(string parameter, TextRule rule)
    {
        var text = form.Find(parameter);
        if (text is not null && rule.Refusal(text) is { } refusal)
        {
            Refuse(parameter, refusal);
        }

        return text;
    }

    /// <summary>A text that must be there; empty when it is not, and then <see cref="Done"/> ends the request.</summary>
    public string Require(string parameter, TextRule rule)
    {
        var text = Find(parameter, rule);
        if (text is null)
        {
            Refuse(parameter, "Member must not be null");
        }

        return text ?? "";
    }

    /// <summary>One of a few words; null when it is not there.</summary>
    public string? FindOneOf(string parameter, params ReadOnlySpan<string> allowed)
    {
        var text = form.Find(parameter);
        if (text is not null && !allowed.Contains(text))
        {
            Refuse(parameter, $"Member must satisfy enum value set: [{string.Join(", ", allowed)}]");
        }

        return text;
    }

    public string RequireOneOf(string parameter, params ReadOnlySpan<string> allowed)
    {
        var text = FindOneOf(parameter, allowed);
        if (text is null)
        {
            Refuse(parameter, "Member must not be null");
        }

        return text ?? "";
    }

    public int? FindNumber(string parameter, int min, int max)
    {
        if (form.Find(parameter) is not { } text)
        {
            return null;
        }

        if (!long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number))
        {
            Refuse(parameter, "Member must be a number");
        }
        else if (number < min)
        {
            Refuse(parameter, $"Member must have value greater than or equal to {min}");
        }
        else if (number > max)
        {
            Refuse(parameter, $"Member must have value less than or equal to {max}");
        }

        return (int)Math.Clamp(number, min, max);
    }

    public bool FindFlag(string parameter)
    {
        var text = form.Find(parameter);
        if (text is not (null or "true" or "false"))
        {
            Refuse(parameter, "Member must satisfy enum value set: [true, false]");
        }

        return text == "true";
    }

    /// <summary>A list of texts; none when it is not there.</summary>
    public IReadOnlyList<string> Texts(string parameter, TextRule rule, int max = 1000) => [.. Entries(parameter, max).Select(entry => Require(entry, rule))];

    /// <summary>A list of structures; none when it is not there.</summary>
    /// <param name="parameter">The list.</param>
    /// <param name="max">Most entries.</param>
    /// <param name="read">Reads one whose members begin with what it is given: <c>Tags.member.1.</c>.</param>
    public IReadOnlyList<T> Structures<T>(string parameter, int max, Func<string, T> read) => [.. Entries(parameter, max).Select(entry => read(entry + "."))];

    /// <summary>Notes what is wrong with a parameter, in the service's words.</summary>
    public void Refuse(string parameter, string constraint) =>
        _refusals.Add($"Value at '{char.ToLowerInvariant(parameter[0])}{parameter[1..]}' failed to satisfy constraint: {constraint}");

    /// <summary>Ends the request when anything is wrong with it.</summary>
    public void Done()
    {
        if (_refusals.Count > 0)
        {
            throw IamException.Validation($"{_refusals.Count} validation error{(_refusals.Count == 1 ? "" : "s")} detected: {string.Join("; ", _refusals)}");
        }
    }

    private IReadOnlyList<string> Entries(string parameter, int max)
    {
        if (!form.TryList(parameter, out var entries))
        {
            Refuse(parameter, $"Member must be a list, counted from {parameter}.member.1 without a gap");
        }
        else if (entries.Count > max)
        {
            Refuse(parameter, $"Member must have length less than or equal to {max}");
            return [];
        }

        return entries;
    }
}
