namespace Portlight.Console.Selection;

/// <summary>How far one of several instances is, as a word and a sign.</summary>
internal static class ChangeWords
{
    public static string Of(ChangeState state) => state switch
    {
        ChangeState.Unread => "Reading…",
        ChangeState.Nothing => "As it is",
        ChangeState.Forbidden => "Would be refused",
        ChangeState.Ready => "Ready",
        ChangeState.Doing => "Writing…",
        ChangeState.Waits => "Waits to be kept",
        ChangeState.Done => "Done",
        ChangeState.Refused => "Refused",
        ChangeState.Conflict => "Changed meanwhile",
        ChangeState.NotKnown => "No answer: look at it",
        ChangeState.Undone => "Undone",
        _ => "Not undone",
    };

    /// <summary>The sign before an instance, with the classes of its colour and of the word's.</summary>
    public static (string Class, string Icon, string Pill) Sign(ChangeState state) => state switch
    {
        ChangeState.Forbidden or ChangeState.Refused => ("closes", "shield", "bad"),
        ChangeState.Waits => ("narrows", "pulse", "warn"),
        ChangeState.Conflict or ChangeState.NotKnown or ChangeState.NotUndone => ("closes", "alert", "warn"),
        ChangeState.Done => ("opens", "check", "good"),
        ChangeState.Undone => ("narrows", "undo", ""),
        ChangeState.Ready => ("narrows", "edit", ""),
        ChangeState.Nothing => ("", "minus", ""),
        _ => ("", "clock", ""),
    };
}
