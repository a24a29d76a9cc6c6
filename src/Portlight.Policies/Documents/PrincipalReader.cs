using System.Text.Json;
using Portlight.Domain;
using Portlight.Policies.Matching;

namespace Portlight.Policies.Documents;

/// <summary>
/// Reads the <c>Principal</c> of a trust policy (IAM user guide, <c>reference_policies_elements_principal</c>). A star is everybody and never a part of a name.
/// </summary>
internal sealed class PrincipalReader(string path, Problems problems)
{
    private const string Form = "it is `*`, an account of twelve digits, `arn:aws:iam::ACCOUNT:root`, or the ARN of a user, a role or a session of one";

    private readonly PrincipalSet _principals = new();
    private readonly string _where = $"{path}.Principal";

    public PrincipalSet Read(JsonTree? value)
    {
        if (value is { Kind: JsonValueKind.String, Text: "*" })
        {
            _principals.IsEverybody = true;
        }
        else if (value is not { Kind: JsonValueKind.Object, Members.Length: > 0 })
        {
            problems.Add(_where, value is null ? "missing: a trust policy says who may assume the role" : "neither `*` nor an object with `AWS`, `Service` or `Federated`");
        }
        else
        {
            foreach (var (name, member) in value.Members)
            {
                ReadMember(name, member);
            }
        }

        return _principals;
    }

    private void ReadMember(string name, JsonTree value)
    {
        var at = Problems.Join(_where, name);
        if (name is not ("AWS" or "Service" or "Federated"))
        {
            problems.Add(at, "no kind of principal here: `AWS`, `Service` or `Federated`");
            return;
        }

        var list = value.Kind == JsonValueKind.Array;
        var items = list ? value.Items : [value];
        if (items.Length == 0)
        {
            problems.Add(at, "the list is empty");
        }

        for (var i = 0; i < items.Length; i++)
        {
            var inner = list ? $"{at}[{i}]" : at;
            if (items[i].Kind != JsonValueKind.String || items[i].Text.Length == 0)
            {
                problems.Add(inner, "not a string that names somebody");
            }
            else if (name == "AWS" && !TryAdd(items[i]))
            {
                problems.Add(inner, $"`{UserText.Excerpt(items[i].Text)}` is no principal: {Form}");
            }
        }
    }

    private bool TryAdd(JsonTree value)
    {
        var text = value.Text;
        if (text == "*")
        {
            _principals.IsEverybody = true;
            return true;
        }

        if (IsAccount(text))
        {
            _principals.AddAccount(text);
            return true;
        }

        var arn = new ArnText(text);
        if (!arn.IsWhole || arn[0] is not "arn" || arn[1] is not "aws" || arn[3].Length > 0 || !IsAccount(arn[4]) || text.AsSpan().ContainsAny('*', '?'))
        {
            return false;
        }

        if (arn[2] is "iam" && arn[5] is "root")
        {
            _principals.AddAccount(arn[4].ToString());
            return true;
        }

        var named = arn[2] switch
        {
            "iam" => IsNamed(arn[5], "user/") || IsNamed(arn[5], "role/"),
            "sts" => IsNamed(arn[5], "assumed-role/") || IsNamed(arn[5], "federated-user/"),
            _ => false,
        };
        if (named)
        {
            _principals.AddArn(new TrustedPrincipal(text, value.Start, value.End));
        }

        return named;
    }

    private static bool IsNamed(ReadOnlySpan<char> resource, string kind) => resource.StartsWith(kind) && resource.Length > kind.Length;

    private static bool IsAccount(ReadOnlySpan<char> text) => text.Length == 12 && Conditions.Literals.AreDigits(text);
}
