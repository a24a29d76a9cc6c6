using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Portlight.Wire.Lightsail;
using Portlight.Wire.PortlightApi;

namespace Portlight.Wire.Tests.Lightsail;

/// <summary>Laws that hold for every request and answer, proven on a document that fills in every member.</summary>
public sealed class EveryShapeTests
{
    public static TheoryData<string> Names => [.. Shapes().Select(shape => shape.Type.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_full_document_reads_and_writes_back_byte_for_byte(string name)
    {
        var shape = Shape(name);
        var full = Full(shape);

        var value = JsonSerializer.Deserialize(full, shape);

        // Both ways in which an answer is written: the generated one and the one by metadata.
        Assert.Equal(full, JsonSerializer.Serialize(value, shape));
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream))
        {
            JsonSerializer.Serialize(writer, value, shape);
        }

        Assert.Equal(full, Encoding.UTF8.GetString(stream.ToArray()));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_request_may_leave_out_everything_and_every_member_name_is_camel_case(string name)
    {
        var shape = Shape(name);
        if (name.EndsWith("Request", StringComparison.Ordinal))
        {
            Assert.NotNull(JsonSerializer.Deserialize("{}", shape));
        }

        Assert.All(shape.Properties, property => Assert.True(char.IsAsciiLetterLower(property.Name[0])));
    }

    private static IEnumerable<JsonTypeInfo> Shapes()
    {
        foreach (var type in typeof(LightsailJson).Assembly.GetTypes().OrderBy(type => type.Name, StringComparer.Ordinal))
        {
            var isRoot = type.Name.EndsWith("Request", StringComparison.Ordinal) || type.Name.EndsWith("Response", StringComparison.Ordinal);
            var shape = !isRoot ? null : type.Namespace switch
            {
                "Portlight.Wire.Lightsail" => LightsailJson.Default.GetTypeInfo(type),
                "Portlight.Wire.PortlightApi" => PortlightJson.Default.GetTypeInfo(type),
                _ => null,
            };
            if (shape is not null)
            {
                yield return shape;
            }
        }
    }

    private static JsonTypeInfo Shape(string name) => Shapes().Single(shape => shape.Type.Name == name);

    private static string Full(JsonTypeInfo shape) => shape.Kind switch
    {
        JsonTypeInfoKind.Object => "{" + string.Join(',', shape.Properties.Select(property =>
            $"\"{property.Name}\":{Full(shape.Options.GetTypeInfo(property.PropertyType))}")) + "}",
        JsonTypeInfoKind.Enumerable => $"[{Full(shape.Options.GetTypeInfo(shape.ElementType!))}]",
        _ => Value(Nullable.GetUnderlyingType(shape.Type) ?? shape.Type),
    };

    private static string Value(Type type) => type switch
    {
        _ when type == typeof(string) => "\"text\"",
        _ when type == typeof(bool) => "true",
        _ when type == typeof(int) || type == typeof(long) => "7",
        _ when type == typeof(double) => "4.0",
        _ when type == typeof(DateTimeOffset) => "1571694445.49",
        _ => throw new InvalidOperationException($"a shape holds a {type}, for which this test knows no value"),
    };
}
