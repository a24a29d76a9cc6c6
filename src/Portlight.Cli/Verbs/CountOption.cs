using System.CommandLine;
using System.Globalization;

namespace Portlight.Cli.Verbs;

/// <summary><c>--limit COUNT</c>: how many of a list a verb shows.</summary>
internal static class CountOption
{
    public static Option<int> Create(string description, int usual, int most)
    {
        var option = new Option<int>("--limit") { HelpName = "COUNT", Description = $"{description}, {usual} if not given", DefaultValueFactory = _ => usual };
        option.Validators.Add(result =>
        {
            // The words as they were typed: to ask for a value that cannot be read throws.
            if (result.Tokens is [{ Value: var text }] && int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var count) && (count < 1 || count > most))
            {
                result.AddError($"--limit: `{text}` must be 1 to {most}");
            }
        });
        return option;
    }
}
