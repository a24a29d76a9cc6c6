using Portlight.Console.Live;
using Portlight.Wire.Lightsail;

namespace Portlight.Console.Selection;

/// <summary>A tag that instances are to have; with no value at all they are to be without it.</summary>
internal record WantedTag(string Key, string? Value)
{
    public virtual string Words => Value switch { null => $"Remove the tag {Key}", "" => $"Set the tag {Key}", _ => $"Set the tag {Key}={Value}" };

    /// <summary>The value that an instance is to have, by the one that it has.</summary>
    public virtual string? After(string? before) => Value;
}

/// <summary>A port that instances are there to offer to everybody, beside those that their tag says already.</summary>
internal sealed record MeantPort(int Port) : WantedTag(InstanceView.MeantTag, null)
{
    public override string Words => $"Mark {Port} as meant for everyone";

    public override string? After(string? before) => string.Join('+', InstanceView.MeantPorts([new Tag { Key = Key, Value = before }]).Where(port => port >= 0).Append(Port).Distinct().Order());
}
