using System.Text.Json.Serialization;

namespace Portlight.Wire.CloudTrail;

/// <summary>Shapes of CloudTrail that are read or written. Names begin with a capital on this service's wire.</summary>
[JsonSourceGenerationOptions(
    Converters = [typeof(EpochSeconds)],
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    AllowDuplicateProperties = false,
    MaxDepth = AwsJson.MaxDepth)]
[JsonSerializable(typeof(LookupEventsRequest))]
[JsonSerializable(typeof(LookupEventsResponse))]
public sealed partial class CloudTrailJson : JsonSerializerContext;
