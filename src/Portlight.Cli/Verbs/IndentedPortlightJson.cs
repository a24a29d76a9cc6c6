using System.Text.Json.Serialization;
using Portlight.Wire.PortlightApi;

namespace Portlight.Cli.Verbs;

/// <summary>What <c>--json</c> prints: the API's own shapes and names, indented.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    WriteIndented = true)]
[JsonSerializable(typeof(GetStatusResponse))]
[JsonSerializable(typeof(GetExposureResponse))]
[JsonSerializable(typeof(ListConnectionsResponse))]
[JsonSerializable(typeof(ListRefusalsResponse))]
[JsonSerializable(typeof(ListFleetRefusalsResponse))]
[JsonSerializable(typeof(GetPortCountersResponse))]
[JsonSerializable(typeof(GetPortTrafficResponse))]
[JsonSerializable(typeof(ListUnusedPortsResponse))]
[JsonSerializable(typeof(GetAddressBookResponse))]
[JsonSerializable(typeof(DiscoverGuestsResponse))]
[JsonSerializable(typeof(ListAccountsResponse))]
[JsonSerializable(typeof(ListHostsResponse))]
[JsonSerializable(typeof(ListRegionsResponse))]
[JsonSerializable(typeof(DoctorReport))]
internal sealed partial class IndentedPortlightJson : JsonSerializerContext;
