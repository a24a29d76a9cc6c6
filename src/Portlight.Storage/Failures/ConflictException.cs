namespace Portlight.Storage;

/// <summary>A write was prepared again and again, and each time something that it rests on had been changed by another by then. Nothing was written.</summary>
public sealed class ConflictException() : Exception("what the write rests on is being changed by too many others at once");
