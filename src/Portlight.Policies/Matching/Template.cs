using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Portlight.Policies.Matching;

/// <summary>
/// A value of a policy that may hold policy variables: <c>${aws:username}</c>, <c>${aws:username, 'nobody'}</c>, and <c>${*}</c>, <c>${?}</c>, <c>${$}</c> for
/// these characters themselves. What a variable puts in is text: a star in it is no wildcard
/// (IAM user guide, <c>reference_policies_variables</c>). Documents of 2008 have no variables.
/// </summary>
internal sealed class Template
{
    private readonly string? _constant;
    private readonly Piece[] _pieces;

    private Template(string? constant, Piece[] pieces)
    {
        _constant = constant;
        _pieces = pieces;
    }

    /// <summary>The text, when it holds no variable; a pattern of <see cref="Glob"/> where wildcards were asked for.</summary>
    public string? Constant => _constant;

    /// <summary>The keys of the variables, and whether each has a default.</summary>
    public IEnumerable<(ConditionKey Key, bool HasDefault)> Variables =>
        _pieces.Where(piece => piece.Key is not null).Select(piece => (piece.Key!, piece.Text is not null));

    /// <summary>Reads a value of a policy.</summary>
    /// <param name="text">As it was written.</param>
    /// <param name="variables">Whether the document's version knows variables.</param>
    /// <param name="wildcards">Whether <c>*</c> and <c>?</c> in it are wildcards.</param>
    /// <param name="template">What was read.</param>
    /// <param name="problem">What is wrong, in words that follow the text in a sentence.</param>
    public static bool TryParse(string text, bool variables, bool wildcards, [NotNullWhen(true)] out Template? template, [NotNullWhen(false)] out string? problem)
    {
        template = null;
        problem = Glob.IsText(text) ? null : "holds U+FFFE or U+FFFF, which are no characters";
        if (problem is not null)
        {
            return false;
        }

        var pieces = new List<Piece>();
        var literal = new StringBuilder();
        for (var at = 0; at < text.Length;)
        {
            var next = variables ? text.IndexOf("${", at, StringComparison.Ordinal) : -1;
            var plain = next < 0 ? text[at..] : text[at..next];
            literal.Append(wildcards ? Glob.Compile(plain) : plain);
            if (next < 0)
            {
                break;
            }

            if (!TryReadVariable(text, next + 2, out var piece, out at, out problem))
            {
                return false;
            }

            if (piece.Key is null)
            {
                literal.Append(piece.Text);
                continue;
            }

            pieces.Add(new Piece(null, literal.ToString()));
            literal.Clear();
            pieces.Add(piece);
        }

        template = pieces.Count == 0 ? new Template(literal.ToString(), []) : new Template(null, [.. pieces, new Piece(null, literal.ToString())]);
        return true;
    }

    /// <summary>The text with its variables filled in; false when one of them has neither a value nor a default, or the budget is spent. A multivalued key cannot be a variable.</summary>
    public bool TryResolve(EvaluationContext context, [NotNullWhen(true)] out string? text)
    {
        if (_constant is not null)
        {
            text = _constant;
            return true;
        }

        text = null;
        var result = new StringBuilder();
        foreach (var piece in _pieces)
        {
            var filled = piece.Key is null ? piece.Text : ValueOf(piece, context);
            if (filled is null || !context.Budget.Spend(EvaluationBudget.Value + filled.Length))
            {
                return false;
            }

            result.Append(filled);
        }

        text = result.ToString();
        return true;
    }

    private static string? ValueOf(Piece piece, EvaluationContext context)
    {
        if (!context.TryGet(piece.Key!, out var values) || (values.Count == 0 && !values.IsMultivalued))
        {
            return piece.Text;
        }

        return values.IsMultivalued || !Glob.IsText(values[0]) ? null : values[0];
    }

    /// <summary>Reads what follows <c>${</c>, and the brace that closes it.</summary>
    private static bool TryReadVariable(string text, int start, out Piece piece, out int next, [NotNullWhen(false)] out string? problem)
    {
        piece = default;
        next = text.Length;
        var end = text.AsSpan(start).IndexOfAny('}', ',', '\'');
        if (end < 0)
        {
            problem = "holds `${` without the `}` that ends a policy variable; `${$}` is a dollar sign";
            return false;
        }

        var key = text.Substring(start, end);
        next = start + end;
        string? otherwise = null;
        if (text[next] != '}' && !TryReadDefault(text, ref next, out otherwise))
        {
            problem = $"holds a policy variable `{Domain.UserText.Excerpt(key)}` whose default is not written `, 'text'`";
            return false;
        }

        next++;
        problem = null;
        if (otherwise is null && key is "*" or "?" or "$")
        {
            piece = new Piece(null, key);
            return true;
        }

        problem = ConditionKey.Problem(key) ?? (key.AsSpan().ContainsAny('$', '{') ? "holds `$` or `{`" : null);
        problem = problem is null ? null : $"holds a policy variable `{Domain.UserText.Excerpt(key)}`, which {problem}";
        piece = new Piece(new ConditionKey(key), otherwise);
        return problem is null;
    }

    private static bool TryReadDefault(string text, ref int next, out string? otherwise)
    {
        otherwise = null;
        if (text[next] != ',')
        {
            return false;
        }

        var open = next + 1;
        while (open < text.Length && text[open] == ' ')
        {
            open++;
        }

        var close = open < text.Length && text[open] == '\'' ? text.IndexOf('\'', open + 1) : -1;
        if (close < 0 || close + 1 >= text.Length || text[close + 1] != '}')
        {
            return false;
        }

        otherwise = text[(open + 1)..close];
        next = close + 1;
        return true;
    }

    /// <summary>Literal text, or a variable and its default.</summary>
    private readonly record struct Piece(ConditionKey? Key, string? Text);
}
