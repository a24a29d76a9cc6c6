using System.CommandLine.Completions;

namespace Portlight.Cli.Verbs;

/// <summary>Completes the names of instances by asking the server that runs, for a moment and without a word: somebody waits at a prompt.</summary>
internal static class InstanceNames
{
    /// <summary>A server answers in a fraction of a second, on a busy machine at times in more than one; where none is, that is known at once.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>The argument that names an instance, in every verb that has one.</summary>
    public static System.CommandLine.Argument<string> Argument(string description)
    {
        var argument = new System.CommandLine.Argument<string>("name") { Description = description };
        argument.CompletionSources.Add(Find);
        return argument;
    }

    /// <summary>None where no server answers in time.</summary>
    public static IEnumerable<CompletionItem> Find(CompletionContext context)
    {
        // Help asks too, for the values to show, and must not depend on a server.
        if (context is not TextCompletionContext)
        {
            return [];
        }

        try
        {
            using var patience = new CancellationTokenSource(Patience);
            using var installation = Installation.Open(DataDirectory.Resolve(context.ParseResult.GetValue<string?>("--data")));
            var status = Task.Run(() => StatusVerb.ReadAsync(installation, name: null, patience.Token), patience.Token).GetAwaiter().GetResult();
            return [.. status.Instances.Select(instance => instance.Name).Distinct().Order(StringComparer.Ordinal).Select(name => new CompletionItem(name))];
        }
        catch (Exception silent) when (silent is UsageException || ExpectedFault.Is(silent))
        {
            return [];
        }
    }
}
