using System.Globalization;

namespace Portlight.Storage;

/// <summary>A place in the order of operations; its text is what <see cref="OperationPage.Next"/> holds.</summary>
internal readonly record struct OperationPosition(long Sequence)
{
    private const char Mark = '-';

    public static bool TryParse(string? text, out OperationPosition position)
    {
        position = default;
        if (text is not [Mark, .. var digits] || !long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var sequence))
        {
            return false;
        }

        position = new OperationPosition(sequence);
        return true;
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Mark}{Sequence}");
}
