namespace Portlight.Console.SignIn;

/// <summary>Where a person goes after signing in: a page of this console and nowhere else.</summary>
internal static class LocalAddress
{
    /// <summary>The address if it is a path of this console, else null. Browsers read <c>//host</c> and <c>/\host</c> as another one's.</summary>
    public static string? Of(string? address) =>
        address is ['/', .. var rest] && rest is not ['/' or '\\', ..] && !address.Any(char.IsControl) ? address : null;
}
