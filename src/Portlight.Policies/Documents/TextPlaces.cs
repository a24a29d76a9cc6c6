using System.Text;

namespace Portlight.Policies.Documents;

/// <summary>Lines and columns of places in a text, asked for in ascending order mostly.</summary>
internal sealed class TextPlaces(byte[] utf8)
{
    private int at;
    private int line = 1;
    private int lineStart;

    /// <summary>Columns count UTF-16 characters, from 1.</summary>
    public TextPosition At(int place)
    {
        if (place < at)
        {
            (at, line, lineStart) = (0, 1, 0);
        }

        for (; at < place; at++)
        {
            if (utf8[at] == (byte)'\n')
            {
                line++;
                lineStart = at + 1;
            }
        }

        return new TextPosition(line, Encoding.UTF8.GetCharCount(utf8, lineStart, place - lineStart) + 1);
    }
}
