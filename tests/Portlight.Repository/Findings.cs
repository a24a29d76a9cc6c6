namespace Portlight.Repository;

/// <summary>Asserts that a rule is kept everywhere, and otherwise names every place where it is not, with the rule.</summary>
internal static class Findings
{
    public static void None(string rule, IEnumerable<string> findings)
    {
        var list = findings.ToList();
        Assert.True(list.Count == 0, $"{rule}:\n  {string.Join("\n  ", list)}");
    }
}
