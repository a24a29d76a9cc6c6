using System.Globalization;

namespace Portlight.Agent.Inspection;

/// <summary>
/// Whose a thread is. What commits to nf_tables the kernel names by its thread (<c>current->comm</c> and its number, net/netfilter/nf_tables_api.c), and a runtime calls
/// its threads by what they do: <c>.NET TP Worker</c>, <c>tokio-runtime-w</c>.
/// </summary>
internal static class ThreadOwner
{
    /// <summary>The process of that thread, as <c>/proc/PID/status</c> and <c>comm</c> tell (proc(5)); null when it has ended or cannot be seen.</summary>
    internal static (string Name, uint Id)? Find(uint thread)
    {
        const string Field = "Tgid:";
        try
        {
            var line = File.ReadLines($"/proc/{thread}/status").FirstOrDefault(line => line.StartsWith(Field, StringComparison.Ordinal));
            return line is not null && uint.TryParse(line.AsSpan(Field.Length).Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var process)
                ? (File.ReadAllText($"/proc/{process}/comm").TrimEnd('\n'), process)
                : null;
        }
        catch (Exception unseen) when (unseen is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
