using Portlight.Storage;
using Portlight.Wire;

namespace Portlight.Api;

/// <summary>The audit log as a call sees it; the log itself is a room above.</summary>
/// <param name="RecordAsync">Records a call that has ended, with the error that its answer tells; null for none. Throws where the call must not be answered unrecorded.</param>
/// <param name="RecordWith">Adds a call to its own changes: from what was stored before, what it changes, what it returns. May be called again before the changes that hold.</param>
internal sealed record CallRecorder(Func<Call, LightsailException?, ValueTask> RecordAsync, Action<Call, IStoreView, Changes, object?> RecordWith);
