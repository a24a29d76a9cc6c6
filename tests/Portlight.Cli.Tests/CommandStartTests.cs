using System.Reflection;
using System.Runtime.Loader;
using System.Text.Json.Serialization.Metadata;
using Portlight.Wire.PortlightApi;

namespace Portlight.Cli.Tests;

/// <summary>Every verb pays for what the command does before it knows which one is meant.</summary>
public sealed class CommandStartTests
{
    /// <summary>In assemblies of its own: other tests of this process have made shapes already.</summary>
    [Fact]
    public void Making_the_command_makes_no_shape_of_any_call()
    {
        var own = new OwnAssemblies();
        var command = own.LoadFromAssemblyName(typeof(PortlightCommand).Assembly.GetName()).GetType(typeof(PortlightCommand).FullName!)!;
        Assert.NotNull(command.GetMethod(nameof(PortlightCommand.Create))!.Invoke(null, null));

        var wire = own.LoadFromAssemblyName(typeof(PortlightJson).Assembly.GetName());
        Assert.NotSame(typeof(PortlightJson).Assembly, wire);
        foreach (var type in wire.GetTypes().Where(type => type.BaseType?.FullName == typeof(PortlightJson).BaseType!.FullName))
        {
            var shapes = type.GetFields(BindingFlags.NonPublic | BindingFlags.Instance).Where(field => field.FieldType.IsAssignableTo(typeof(JsonTypeInfo))).ToList();
            var context = type.GetProperty("Default")!.GetValue(null);
            Assert.NotEmpty(shapes);
            Assert.Equal([], shapes.Where(field => field.GetValue(context) is not null).Select(field => $"{type.Name}.{field.Name}"));
        }
    }

    private sealed class OwnAssemblies() : AssemblyLoadContext("a command of its own")
    {
        protected override Assembly? Load(AssemblyName assemblyName) =>
            assemblyName.Name is "portlight" || assemblyName.Name!.StartsWith("Portlight.", StringComparison.Ordinal)
                ? LoadFromAssemblyPath(Path.Combine(AppContext.BaseDirectory, assemblyName.Name + ".dll"))
                : null;
    }
}
