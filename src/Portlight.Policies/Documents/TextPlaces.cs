using System.Text;

namespace Portlight.Policies.Documents;

/// <summary>Lines and columns of places in a text, asked for in ascending order mostly.</summary>
internal sealed class TextPlaces(byte[] utf8)
{
    private int _at;
    private int _line = 1;
    private int _lineStart;

    /// <summary>Columns count UTF-16 characters, from 1.</summary>
    public TextPosition At(int place)
    {
        if (place < _at)
        {
            (_at, _line, _lineStart) = (0, 1, 0);
        }

        for (; _at < place; _at++)
        {
            if (utf8[_at] == (byte)'\n')
            {
                _line++;
                _lineStart = _at + 1;
            }
        }

        return new TextPosition(_line, Encoding.UTF8.GetCharCount(utf8, _lineStart, place - _lineStart) + 1);
    }
}
