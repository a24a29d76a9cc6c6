using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using Portlight.Domain;

namespace Portlight.Policies.Documents;

/// <summary>
/// Reads a document by the grammar of the IAM JSON policy language (IAM user guide, <c>reference_policies_grammar</c>) and names everything that is wrong with it.
/// Strict where AWS is silent: what is not understood could not be evaluated, and a statement that cannot be evaluated never opens anything.
/// </summary>
internal sealed class PolicyReader
{
    /// <summary>IAM's own limits are far smaller and the API's matter; this one bounds the work.</summary>
    private const int LongestText = 128 * 1024;

    private const string Newer = "2012-10-17";
    private const string Older = "2008-10-17";

    private readonly Problems _problems = new();
    private readonly HashSet<string> _sids = new(StringComparer.Ordinal);
    private readonly string _json;
    private readonly PolicyKind _kind;

    private PolicyReader(string json, PolicyKind kind) => (_json, _kind) = (json, kind);

    public static (PolicyDocument? Document, ImmutableArray<PolicyProblem> Problems) Read(string json, PolicyKind kind)
    {
        var reader = new PolicyReader(json, kind);
        var document = reader.Read();
        return reader._problems.Count == 0 ? (document, []) : (null, reader._problems.ToImmutable());
    }

    private PolicyDocument? Read()
    {
        if (_json.Length > LongestText)
        {
            _problems.Add("", $"the document has {_json.Length} characters, more than the {LongestText} that are read");
            return null;
        }

        var utf8 = Encoding.UTF8.GetBytes(_json);
        if (Encoding.UTF8.GetCharCount(utf8) != _json.Length || !_json.AsSpan().SequenceEqual(Encoding.UTF8.GetString(utf8)))
        {
            _problems.Add("", "the document holds half a surrogate pair, which is no character");
            return null;
        }

        if (JsonTree.Read(utf8, _problems) is not { } tree)
        {
            return null;
        }

        if (tree.Kind != JsonValueKind.Object)
        {
            _problems.Add("", "the document is not a JSON object");
            return null;
        }

        return ReadDocument(tree, new TextPlaces(utf8));
    }

    private PolicyDocument ReadDocument(JsonTree tree, TextPlaces places)
    {
        // The version first: it decides what the statements' texts mean, wherever it stands.
        var version = Older;
        JsonTree? statements = null;
        foreach (var (name, value) in tree.Members)
        {
            switch (name)
            {
                case "Version":
                    version = ReadVersion(value);
                    break;
                case "Id":
                    if (value.Kind != JsonValueKind.String)
                    {
                        _problems.Add("Id", "not a string");
                    }

                    break;
                case "Statement":
                    statements = value;
                    break;
                default:
                    _problems.Add(Problems.Join("", name), "no element of a policy: it has `Version`, `Id` and `Statement`");
                    break;
            }
        }

        if (statements is null)
        {
            _problems.Add("", "the document has no `Statement`");
        }

        return new PolicyDocument(version, statements is null ? [] : [.. ReadStatements(statements, version, places)]);
    }

    private string ReadVersion(JsonTree value)
    {
        if (value.Kind == JsonValueKind.String && value.Text is Newer or Older)
        {
            return value.Text;
        }

        _problems.Add("Version", $"`{UserText.Excerpt(value.Text)}` is no version of the policy language: `{Newer}`, or `{Older}`, which knows no policy variables");
        return Newer;
    }

    private IEnumerable<Statement> ReadStatements(JsonTree value, string version, TextPlaces places)
    {
        if (value.Kind == JsonValueKind.Array && value.Items.Length == 0)
        {
            _problems.Add("Statement", "the list is empty: a policy has at least one statement");
        }

        var list = value.Kind == JsonValueKind.Array;
        var items = list ? value.Items : [value];
        for (var i = 0; i < items.Length; i++)
        {
            var path = list ? $"Statement[{i}]" : "Statement";
            var reader = new StatementReader(path, _kind, version == Newer, _problems);
            if (reader.Read(items[i]) is not { } parts)
            {
                continue;
            }

            if (parts.Sid is { } sid && !_sids.Add(sid))
            {
                _problems.Add($"{path}.Sid", $"`{UserText.Excerpt(sid)}` names another statement of this policy already");
            }

            yield return new Statement(parts, i, places.At(items[i].Start), places.At(items[i].End));
        }
    }
}
