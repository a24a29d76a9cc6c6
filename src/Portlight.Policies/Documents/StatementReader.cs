using System.Text.Json;
using Portlight.Domain;
using Portlight.Policies.Matching;

namespace Portlight.Policies.Documents;

/// <summary>Reads one statement. Names of elements and the two effects distinguish case, as the grammar writes them.</summary>
internal sealed class StatementReader(string path, PolicyKind kind, bool variables, Problems problems)
{
    private static readonly string[] IdentityElements = ["Sid", "Effect", "Action", "NotAction", "Resource", "NotResource", "Condition"];
    private static readonly string[] TrustElements = ["Sid", "Effect", "Principal", "Action", "NotAction", "Condition"];

    private readonly Dictionary<string, JsonTree> _elements = new(StringComparer.Ordinal);

    private bool IsTrust => kind == PolicyKind.Trust;

    /// <summary>Null when it is no statement at all; with problems added, what is answered is for nobody to evaluate.</summary>
    public StatementParts? Read(JsonTree statement)
    {
        if (statement.Kind != JsonValueKind.Object)
        {
            problems.Add(path, "a statement is an object");
            return null;
        }

        foreach (var (name, value) in statement.Members)
        {
            if ((IsTrust ? TrustElements : IdentityElements).Contains(name))
            {
                _elements[name] = value;
            }
            else
            {
                problems.Add(Problems.Join(path, name), Unwanted(name));
            }
        }

        var sid = ReadSid();
        var deny = ReadEffect();
        var actions = ReadActions();
        var resources = IsTrust ? null : ReadResources();
        var principals = IsTrust ? new PrincipalReader(path, problems).Read(_elements.GetValueOrDefault("Principal")) : null;
        var conditions = _elements.TryGetValue("Condition", out var condition) ? new ConditionReader($"{path}.Condition", variables, problems).Read(condition) : [];
        return actions is null || (resources is null && principals is null) ? null : new StatementParts(sid, deny, actions, resources, principals, conditions);
    }

    private string Unwanted(string name) => name switch
    {
        "Principal" or "NotPrincipal" when !IsTrust => "an identity policy names no principal: it is about its holder",
        "NotPrincipal" => "a trust policy names who may assume the role in `Principal`",
        "Resource" or "NotResource" => "a trust policy names no resource: the role that has it is the resource",
        _ => $"no element of a statement here: it has {string.Join(", ", (IsTrust ? TrustElements : IdentityElements).Select(element => $"`{element}`"))}",
    };

    private string? ReadSid()
    {
        if (!_elements.TryGetValue("Sid", out var sid))
        {
            return null;
        }

        if (sid.Kind != JsonValueKind.String || !sid.Text.All(char.IsAsciiLetterOrDigit))
        {
            problems.Add($"{path}.Sid", $"`{UserText.Excerpt(sid.Text)}` is no statement id: it has the characters A-Z, a-z and 0-9");
        }

        // An empty one, as generated policies have it, is none.
        return sid.Text.Length == 0 ? null : sid.Text;
    }

    private bool ReadEffect()
    {
        var effect = _elements.GetValueOrDefault("Effect");
        if (effect is not { Kind: JsonValueKind.String, Text: "Allow" or "Deny" })
        {
            problems.Add($"{path}.Effect", effect is null ? "missing: it is `Allow` or `Deny`" : $"`{UserText.Excerpt(effect.Text)}` is neither `Allow` nor `Deny`");
        }

        return effect?.Text == "Deny";
    }

    private ActionSet? ReadActions()
    {
        var (name, value) = OneOf("Action", "NotAction");
        if (value is null)
        {
            return null;
        }

        var actions = Texts(value, $"{path}.{name}").ToList();
        foreach (var (text, where) in actions)
        {
            if (ActionProblem(text) is { } problem)
            {
                problems.Add(where, $"`{UserText.Excerpt(text)}` {problem}");
            }
        }

        return new ActionSet(actions.Select(action => action.Text), isNegated: name == "NotAction");
    }

    private string? ActionProblem(string text)
    {
        if (text == "*" && !IsTrust)
        {
            return null;
        }

        var colon = text.IndexOf(':', StringComparison.Ordinal);
        if (colon < 0)
        {
            return IsTrust ? "is no action of a trust policy: these begin with `sts:`" : "is no action: it is written `service:Action`, where `*` and `?` may stand for characters, or `*`";
        }

        var wellFormed = colon > 0 && colon < text.Length - 1 && text.AsSpan(colon + 1).IndexOf(':') < 0
            && text.All(c => char.IsAsciiLetterOrDigit(c) || c is ':' or '*' or '?' or '-' or '_' or '.');
        return !wellFormed ? "is no action: it is written `service:Action`, where `*` and `?` may stand for characters"
            : IsTrust && !text.StartsWith("sts:", StringComparison.OrdinalIgnoreCase) ? "is no action of a trust policy: these begin with `sts:`"
            : null;
    }

    private ResourceSet? ReadResources()
    {
        var (name, value) = OneOf("Resource", "NotResource");
        if (value is null)
        {
            return null;
        }

        var patterns = new List<ArnPattern>();
        foreach (var (text, where) in Texts(value, $"{path}.{name}"))
        {
            if (ArnReader.TryReadResource(text, variables, out var pattern, out var problem))
            {
                patterns.Add(pattern);
            }
            else
            {
                problems.Add(where, $"`{UserText.Excerpt(text)}` {problem}");
            }
        }

        return new ResourceSet(patterns, isNegated: name == "NotResource");
    }

    /// <summary>Which of the two the statement has; neither, with a problem, when it has none or both.</summary>
    private (string Name, JsonTree? Value) OneOf(string name, string negated)
    {
        var (plain, not) = (_elements.GetValueOrDefault(name), _elements.GetValueOrDefault(negated));
        if ((plain is null) == (not is null))
        {
            problems.Add(path, $"{(plain is null ? "neither" : "both")} `{name}` {(plain is null ? "nor" : "and")} `{negated}`: a statement has one of them");
            return (name, null);
        }

        return plain is not null ? (name, plain) : (negated, not);
    }

    /// <summary>The texts of a string or a list of strings, with their paths.</summary>
    private IEnumerable<(string Text, string Path)> Texts(JsonTree value, string where)
    {
        if (value.Kind == JsonValueKind.Array && value.Items.Length == 0)
        {
            problems.Add(where, "the list is empty");
        }

        var list = value.Kind == JsonValueKind.Array;
        var items = list ? value.Items : [value];
        for (var i = 0; i < items.Length; i++)
        {
            var at = list ? $"{where}[{i}]" : where;
            if (items[i].Kind == JsonValueKind.String)
            {
                yield return (items[i].Text, at);
            }
            else
            {
                problems.Add(at, list ? "not a string" : "neither a string nor a list of strings");
            }
        }
    }
}
