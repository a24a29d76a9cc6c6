using System.Text.Json.Nodes;

namespace Portlight.Conformance;

/// <summary>What a client made of one reply: the members that it decoded, or the error in its own terms.</summary>
/// <param name="Output">The decoded reply; empty when there was an error.</param>
/// <param name="Error">The code of the error; null when there was none.</param>
/// <param name="Message">The error's text.</param>
/// <param name="IsTyped">The client raised the very type that its service model has for the code, so `except` and `instanceof` find it.</param>
internal sealed record Answer(JsonNode Output, string? Error, string Message, bool IsTyped)
{
    public JsonNode? this[string member] => Output[member];
}
