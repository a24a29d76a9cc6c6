using System.Text.Json.Serialization;

namespace Portlight.Cli.Aws;

/// <summary>Environment variables as an indented object, by their names.</summary>
[JsonSourceGenerationOptions(WriteIndented = true)]
[JsonSerializable(typeof(Dictionary<string, string>))]
internal sealed partial class VariablesJson : JsonSerializerContext;
