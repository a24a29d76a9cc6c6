using System.Globalization;

namespace Portlight.Storage;

/// <summary>A place in the order of operations; its text is what <see cref="OperationPage.Next"/> holds.</summary>
internal readonly record struct OperationPosition(long CreatedAt, long Sequence)
{
    public static OperationPosition Newest { get; } = new(long.MaxValue, long.MaxValue);

    public static bool TryParse(string? text, out OperationPosition position)
    {
        position = default;
        var dash = text?.IndexOf('-', StringComparison.Ordinal) ?? -1;
        if (dash <= 0
            || !long.TryParse(text.AsSpan(0, dash), NumberStyles.None, CultureInfo.InvariantCulture, out var createdAt)
            || !long.TryParse(text.AsSpan(dash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var sequence))
        {
            return false;
        }

        position = new OperationPosition(createdAt, sequence);
        return true;
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{CreatedAt}-{Sequence}");
}
