using Portlight.Wire.PortlightApi;

namespace Portlight.Console.Activity;

/// <summary>Kinds of events as a person chooses them.</summary>
internal static class KindWords
{
    public static string Of(string kind) => kind switch
    {
        ActivityKinds.Ports => "Changes of ports",
        ActivityKinds.Refused => "What was refused",
        ActivityKinds.Access => "Access and sign-ins",
        ActivityKinds.Server => "What the server did",
        ActivityKinds.Others => "Instances, tags and the rest",
        _ => "Reads",
    };
}
