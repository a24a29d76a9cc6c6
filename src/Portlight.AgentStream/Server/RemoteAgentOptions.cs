namespace Portlight.AgentStream.Server;

/// <summary>How long the server's end of a stream waits.</summary>
public sealed record RemoteAgentOptions
{
    /// <summary>The most bytes of one message, in both directions.</summary>
    public const int MaxMessage = Wire.Parts.MaxMessage;

    /// <summary>For what became of a round, all of its parts. An agent that takes longer is disconnected.</summary>
    public TimeSpan RoundPatience { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>For the answer to a question.</summary>
    public TimeSpan QuestionPatience { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Of this build, as agents are told.</summary>
    public required string Release { get; init; }

    /// <summary>The epoch of the positions that are sent: another one whenever history may have been lost, as by a restored backup.</summary>
    public required string Epoch { get; init; }
}
