using System.Buffers.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Portlight.Wire;

/// <summary>
/// AWS JSON timestamps: a number of seconds since 1970 with at most three decimals and no trailing zeros (<c>1571694445.49</c>,
/// as the real service writes it). Finer fractions that a caller sends are rounded to the millisecond.
/// </summary>
public sealed class EpochSeconds : JsonConverter<DateTimeOffset>
{
    // The years 1 to 9999, which is what DateTimeOffset can hold.
    private static readonly double MinSeconds = DateTimeOffset.MinValue.ToUnixTimeSeconds();
    private static readonly double MaxSeconds = DateTimeOffset.MaxValue.ToUnixTimeSeconds();

    public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.Number || !reader.TryGetDouble(out var seconds)
            || !(seconds >= MinSeconds && seconds <= MaxSeconds))
        {
            throw new JsonException();
        }

        return DateTimeOffset.FromUnixTimeMilliseconds((long)Math.Round(seconds * 1000));
    }

    public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options)
    {
        Span<byte> text = stackalloc byte[32];
        writer.WriteRawValue(text[..Format(value, text)], skipInputValidation: true);
    }

    private static int Format(DateTimeOffset value, Span<byte> text)
    {
        var milliseconds = value.ToUnixTimeMilliseconds();
        var length = 0;
        if (milliseconds < 0)
        {
            text[length++] = (byte)'-';
            milliseconds = -milliseconds;
        }

        Utf8Formatter.TryFormat(milliseconds / 1000, text[length..], out var written);
        length += written;
        var fraction = (int)(milliseconds % 1000);
        if (fraction == 0)
        {
            return length;
        }

        text[length++] = (byte)'.';
        for (var unit = 100; fraction > 0; unit /= 10)
        {
            text[length++] = (byte)('0' + fraction / unit);
            fraction %= unit;
        }

        return length;
    }
}
