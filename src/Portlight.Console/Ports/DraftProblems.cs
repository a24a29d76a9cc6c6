using Portlight.Wire.PortlightApi;

namespace Portlight.Console.Ports;

/// <summary>Where in a draft stands what the server says is wrong with a request: <c>portInfos[1].cidrs[0]</c> is the first IPv4 source of the second rule that is not closed.</summary>
public static class DraftProblems
{
    /// <summary>What is wrong with sources of a row, by their texts.</summary>
    public static IReadOnlyDictionary<string, string> OfSources(Draft draft, int row, IReadOnlyList<RequestProblem> problems)
    {
        Dictionary<string, string> found = [];
        if (draft.Rows[row].Rule is not { } rule)
        {
            return found;
        }

        var info = rule.ToPortInfo();
        foreach (var (list, name) in new[] { (info.Cidrs, "cidrs"), (info.Ipv6Cidrs, "ipv6Cidrs"), (info.CidrListAliases, "cidrListAliases") })
        {
            for (var i = 0; i < list?.Count; i++)
            {
                if (problems.FirstOrDefault(problem => problem.Field == $"{Prefix(draft, row)}.{name}[{i}]") is { } problem)
                {
                    found[list[i]] = problem.Message;
                }
            }
        }

        return found;
    }

    /// <summary>What else is wrong with a row.</summary>
    public static IReadOnlyList<string> Others(Draft draft, int row, IReadOnlyList<RequestProblem> problems)
    {
        if (draft.Rows[row].Rule is null)
        {
            return [];
        }

        var prefix = Prefix(draft, row);
        var ofSources = OfSources(draft, row, problems).Values;
        return [.. problems.Where(problem => problem.Field == prefix || problem.Field.StartsWith(prefix + ".", StringComparison.Ordinal)).Select(problem => problem.Message).Where(message => !ofSources.Contains(message)).Distinct()];
    }

    private static string Prefix(Draft draft, int row) => $"portInfos[{draft.Rows.Take(row).Count(one => one.Rule is not null)}]";
}
