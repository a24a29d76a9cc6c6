namespace Portlight.Wire;

/// <summary>
/// Why a request body is not the shape of its operation. The message is public: it names each member at fault by its path, what
/// was expected there and what was found, and repeats no value.
/// </summary>
public sealed record SerializationProblem(string Message);
