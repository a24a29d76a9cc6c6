using Portlight.Wire.Lightsail;

namespace Portlight.Wire.Tests.Lightsail;

public sealed class LightsailOperationsTests
{
    [Fact]
    public void Lists_the_161_operations_of_the_service_model() => Assert.Equal(161, LightsailOperations.All.Count);

    [Fact]
    public void Every_operation_with_shapes_is_one_of_the_model_and_has_both()
    {
        var requests = typeof(LightsailJson).Assembly.GetTypes()
            .Where(type => type.Namespace == "Portlight.Wire.Lightsail" && type.Name.EndsWith("Request", StringComparison.Ordinal))
            .Select(type => type.Name[..^"Request".Length])
            .Where(LightsailOperations.All.Contains)
            .ToList();

        Assert.Equal(37, requests.Count);
        foreach (var operation in requests)
        {
            Assert.NotNull(LightsailJson.Default.GetTypeInfo(Shape(operation + "Request")));
            Assert.NotNull(LightsailJson.Default.GetTypeInfo(Shape(operation + "Response")));
        }

        static Type Shape(string name) => typeof(LightsailJson).Assembly.GetType("Portlight.Wire.Lightsail." + name, throwOnError: true)!;
    }
}
