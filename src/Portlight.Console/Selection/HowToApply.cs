namespace Portlight.Console.Selection;

/// <summary>What goes with a change of several instances.</summary>
/// <param name="Reason">Why it is made; null for no reason.</param>
/// <param name="ConfirmWithin">Each is reverted unless it is confirmed within this time; null for changes that stay.</param>
public sealed record HowToApply(string? Reason, TimeSpan? ConfirmWithin)
{
    /// <summary>As it is, for good.</summary>
    public static HowToApply Plain { get; } = new(null, null);
}
