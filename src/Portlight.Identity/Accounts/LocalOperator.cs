namespace Portlight.Identity;

/// <summary>
/// The user who runs a verb on the machine itself, as facts of an event: the user of the process, as the kernel has it; the user whose login it was, which no program can
/// change after (<c>/proc/self/loginuid</c>, where the kernel audits); and what sudo says.
/// </summary>
internal static class LocalOperator
{
    /// <summary>The kernel's number for no login.</summary>
    private const string NoLogin = "4294967295";

    public static Dictionary<string, string> Facts()
    {
        var facts = new Dictionary<string, string> { ["uid"] = Uid(), ["userName"] = Environment.UserName };
        if (Login() is { } login)
        {
            facts["loginUid"] = login;
        }

        foreach (var (fact, variable) in (ReadOnlySpan<(string, string)>)[("sudoUser", "SUDO_USER"), ("sudoUid", "SUDO_UID")])
        {
            if (Environment.GetEnvironmentVariable(variable) is { Length: > 0 } value)
            {
                facts[fact] = value;
            }
        }

        return facts;
    }

    /// <summary>The real user id: the first number of the line <c>Uid:</c> (proc(5)).</summary>
    private static string Uid()
    {
        try
        {
            return File.ReadLines("/proc/self/status").First(line => line.StartsWith("Uid:", StringComparison.Ordinal)).Split('\t')[1];
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException or InvalidOperationException)
        {
            return "unknown";
        }
    }

    private static string? Login()
    {
        try
        {
            return File.ReadAllText("/proc/self/loginuid").Trim() is var login && login != NoLogin ? login : null;
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
