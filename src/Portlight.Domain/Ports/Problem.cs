namespace Portlight.Domain;

/// <summary>One thing that is wrong with a request: which field (`portInfos[2].cidrs[0]`) and what is wrong with it and what is allowed.</summary>
public readonly record struct Problem(string Field, string Message)
{
    public override string ToString() => $"{Field}: {Message}";
}
