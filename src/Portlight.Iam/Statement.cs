namespace Portlight.Iam;

/// <summary>One statement of a document.</summary>
public sealed class Statement
{
    /// <summary>Its name in the document; null when it has none.</summary>
    public string? Sid => throw new NotImplementedException();

    public bool IsDeny => throw new NotImplementedException();

    /// <summary>Its place in the document, from 0.</summary>
    public int Index => throw new NotImplementedException();

    /// <summary>Where its text begins and ends (the place after its last character), lines and columns from 1.</summary>
    public TextPosition Start => throw new NotImplementedException();

    public TextPosition End => throw new NotImplementedException();

    /// <summary>How messages name it: the Sid, or <c>statement 2</c>, counted from 1.</summary>
    public override string ToString() => throw new NotImplementedException();
}

/// <summary>A place in a document's text, from 1.</summary>
public readonly record struct TextPosition(int Line, int Column);
