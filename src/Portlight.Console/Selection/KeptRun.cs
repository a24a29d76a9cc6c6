using System.Text.Json;
using Microsoft.JSInterop;
using Portlight.Console.SignIn;

namespace Portlight.Console.Selection;

/// <summary>The last change of several instances, as the browser keeps it for its tab: what it was, when, and of which instances. What to go back to is in the audit log.</summary>
/// <param name="Words">What was wanted.</param>
/// <param name="At">When it was begun.</param>
/// <param name="Names">The instances that it was begun for.</param>
internal sealed record KeptRun(string Words, DateTimeOffset At, IReadOnlyList<string> Names)
{
    public static async Task<KeptRun?> FindAsync(IJSRuntime script, Person person, CancellationToken cancellation) =>
        await script.InvokeAsync<string?>("portlight.kept", cancellation, Key(person)) is { } text ? Read(text) : null;

    public static ValueTask ForgetAsync(IJSRuntime script, Person person, CancellationToken cancellation) => script.InvokeVoidAsync("portlight.keep", cancellation, Key(person), null);

    public ValueTask KeepAsync(IJSRuntime script, Person person, CancellationToken cancellation) => script.InvokeVoidAsync("portlight.keep", cancellation, Key(person), JsonSerializer.Serialize(this));

    private static KeptRun? Read(string text)
    {
        try
        {
            return JsonSerializer.Deserialize<KeptRun>(text);
        }
        catch (JsonException)
        {
            // Another version of the console has kept it.
            return null;
        }
    }

    private static string Key(Person person) => $"several {person.AccountId} {person.Region}";
}
