using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Portlight.Wire.Lightsail;

namespace Portlight.Wire.Tests.Lightsail;

/// <summary>
/// The shapes against the service model (botocore's <c>service-2.json</c>, which is not part of this repository): every member
/// that the model has is here under its name and with its type, and nothing else is.
/// </summary>
public sealed class ModelTests
{
    private static readonly string ModelFile = Path.Combine(RecordedMaterial.Folder("lightsail"), "shapes.json");

    [Fact]
    public void The_operations_are_those_of_the_model()
    {
        using var model = Load();

        Assert.Equal(
            model.RootElement.GetProperty("operations").EnumerateObject().Select(operation => operation.Name).Order(StringComparer.Ordinal),
            LightsailOperations.All.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void The_shapes_are_those_of_the_model()
    {
        using var model = Load();
        var differences = new List<string>();
        var compared = 0;
        foreach (var operation in model.RootElement.GetProperty("operations").EnumerateObject())
        {
            if (Shape(operation.Name + "Request") is not { } request)
            {
                continue;
            }

            compared++;
            Compare(model, operation.Value.GetProperty("input"), request, operation.Name, differences);
            Compare(model, operation.Value.GetProperty("output"), Shape(operation.Name + "Response")!, operation.Name, differences);
        }

        Assert.Equal(37, compared);
        Assert.Empty(differences.Distinct());
    }

    private static void Compare(JsonDocument model, JsonElement reference, JsonTypeInfo ours, string path, List<string> differences)
    {
        var shape = model.RootElement.GetProperty("shapes").GetProperty(reference.GetProperty("shape").GetString()!);
        var kind = shape.GetProperty("type").GetString()!;
        if (kind == "structure" && ours.Kind == JsonTypeInfoKind.Object)
        {
            var theirs = shape.GetProperty("members").EnumerateObject().ToDictionary(member => member.Name, member => member.Value);
            differences.AddRange(theirs.Keys.Except(ours.Properties.Select(property => property.Name)).Select(name => $"{path}.{name}: missing"));
            foreach (var property in ours.Properties)
            {
                if (theirs.TryGetValue(property.Name, out var member))
                {
                    Compare(model, member, ours.Options.GetTypeInfo(property.PropertyType), $"{path}.{property.Name}", differences);
                }
                else
                {
                    differences.Add($"{path}.{property.Name}: not of the model");
                }
            }
        }
        else if (kind == "list" && ours.Kind == JsonTypeInfoKind.Enumerable)
        {
            Compare(model, shape.GetProperty("member"), ours.Options.GetTypeInfo(ours.ElementType!), path + "[]", differences);
        }
        else if (kind != Kind(Nullable.GetUnderlyingType(ours.Type) ?? ours.Type))
        {
            differences.Add($"{path}: {kind} in the model, {ours.Type.Name} here");
        }
    }

    private static string Kind(Type type) => type switch
    {
        _ when type == typeof(string) => "string",
        _ when type == typeof(bool) => "boolean",
        _ when type == typeof(int) => "integer",
        _ when type == typeof(double) => "float",
        _ when type == typeof(DateTimeOffset) => "timestamp",
        _ => type.Name,
    };

    private static JsonTypeInfo? Shape(string name) =>
        typeof(LightsailJson).Assembly.GetType("Portlight.Wire.Lightsail." + name) is { } type ? LightsailJson.Default.GetTypeInfo(type) : null;

    private static JsonDocument Load()
    {
        Assert.SkipUnless(File.Exists(ModelFile), $"the service model is not here: {ModelFile}");
        return JsonDocument.Parse(File.ReadAllText(ModelFile));
    }
}
