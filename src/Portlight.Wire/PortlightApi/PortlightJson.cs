using System.Text.Json.Serialization;

namespace Portlight.Wire.PortlightApi;

/// <summary>The shapes of the API of our own; the rules are those of <see cref="Lightsail.LightsailJson"/>.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    AllowDuplicateProperties = false,
    MaxDepth = AwsJson.MaxDepth)]
[JsonSerializable(typeof(AttachInstanceRequest))]
[JsonSerializable(typeof(AttachInstanceResponse))]
[JsonSerializable(typeof(DetachInstanceRequest))]
[JsonSerializable(typeof(DetachInstanceResponse))]
[JsonSerializable(typeof(ConfirmPortsRequest))]
[JsonSerializable(typeof(ConfirmPortsResponse))]
[JsonSerializable(typeof(GetStatusRequest))]
[JsonSerializable(typeof(GetStatusResponse))]
[JsonSerializable(typeof(PreviewPortsRequest))]
[JsonSerializable(typeof(PreviewPortsResponse))]
[JsonSerializable(typeof(ExplainPacketRequest))]
[JsonSerializable(typeof(ExplainPacketResponse))]
[JsonSerializable(typeof(CheckAccessRequest))]
[JsonSerializable(typeof(CheckAccessResponse))]
[JsonSerializable(typeof(GetExposureRequest))]
[JsonSerializable(typeof(GetExposureResponse))]
[JsonSerializable(typeof(CreateAccountRequest))]
[JsonSerializable(typeof(CreateAccountResponse))]
[JsonSerializable(typeof(CloseAccountRequest))]
[JsonSerializable(typeof(CloseAccountResponse))]
[JsonSerializable(typeof(ListAccountsRequest))]
[JsonSerializable(typeof(ListAccountsResponse))]
[JsonSerializable(typeof(OpenRegionRequest))]
[JsonSerializable(typeof(OpenRegionResponse))]
[JsonSerializable(typeof(ListRegionsRequest))]
[JsonSerializable(typeof(ListRegionsResponse))]
[JsonSerializable(typeof(CreateHostTokenRequest))]
[JsonSerializable(typeof(CreateHostTokenResponse))]
[JsonSerializable(typeof(ListHostsRequest))]
[JsonSerializable(typeof(ListHostsResponse))]
[JsonSerializable(typeof(GetHostRequest))]
[JsonSerializable(typeof(GetHostResponse))]
[JsonSerializable(typeof(DrainHostRequest))]
[JsonSerializable(typeof(DrainHostResponse))]
[JsonSerializable(typeof(RevokeHostRequest))]
[JsonSerializable(typeof(RevokeHostResponse))]
[JsonSerializable(typeof(RemoveHostRequest))]
[JsonSerializable(typeof(RemoveHostResponse))]
[JsonSerializable(typeof(RotateHostAuthorityRequest))]
[JsonSerializable(typeof(RotateHostAuthorityResponse))]
public sealed partial class PortlightJson : JsonSerializerContext;
