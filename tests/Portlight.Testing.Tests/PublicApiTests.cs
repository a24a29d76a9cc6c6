using System.Reflection;
using System.Text;
using Portlight.TestKit;

namespace Portlight.Testing.Tests;

/// <summary>What a user of the package can write. A change here is one for CHANGELOG.md.</summary>
public sealed class PublicApiTests
{
    [Fact]
    public void The_public_surface_is_the_one_in_the_golden_file()
    {
        var text = new StringBuilder();
        foreach (var type in typeof(PortlightServer).Assembly.GetExportedTypes().OrderBy(type => type.FullName, StringComparer.Ordinal))
        {
            text.Append($"{Kind(type)} {type.FullName}{Bases(type)}\n");
            foreach (var line in type.GetMembers(BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly)
                .Select(Line).OfType<string>().Distinct().Order(StringComparer.Ordinal))
            {
                text.Append($"    {line}\n");
            }
        }

        Golden.Match("public-api.txt", text.ToString());
    }

    /// <summary>The rooms of the server are inside the package and not its API: nothing of them may be needed to use it.</summary>
    [Fact]
    public void Nothing_public_is_made_of_types_of_the_server() =>
        Assert.DoesNotContain(
            typeof(PortlightServer).Assembly.GetExportedTypes().SelectMany(type => type.GetMembers()).SelectMany(Used),
            type => type.Assembly.GetName().Name is { } name && name.StartsWith("Portlight.", StringComparison.Ordinal) && name != "Portlight.Testing");

    private static string Kind(Type type) => type.IsAbstract && type.IsSealed ? "static class" : type.IsSealed ? "sealed class" : "class";

    private static string Bases(Type type)
    {
        string[] named = [.. new[] { type.BaseType }.Concat(type.GetInterfaces()).OfType<Type>().Where(one => one != typeof(object) && one != typeof(ValueType)).Select(Name)];
        return named.Length == 0 ? "" : $" : {string.Join(", ", named)}";
    }

    /// <summary>Null for what the compiler adds: accessors, which are shown with their property, and the members of records.</summary>
    private static string? Line(MemberInfo member) => member switch
    {
        FieldInfo field => $"const {Name(field.FieldType)} {field.Name} = {field.GetRawConstantValue()}",
        PropertyInfo property => $"{Static(property.GetMethod!)}{Name(property.PropertyType)} {property.Name} {{ get;{(property.SetMethod is { IsPublic: true } ? " init;" : "")} }}",
        ConstructorInfo made => $"{made.DeclaringType!.Name}({Parameters(made)})",
        MethodInfo { IsSpecialName: true } or MethodInfo { Name: "ToString" or "GetHashCode" or "Equals" or "Deconstruct" or "<Clone>$" } => null,
        MethodInfo method => $"{Static(method)}{Name(method.ReturnType)} {method.Name}({Parameters(method)})",
        _ => member.ToString(),
    };

    private static string Static(MethodInfo method) => method.IsStatic ? "static " : "";

    private static string Parameters(MethodBase method) =>
        string.Join(", ", method.GetParameters().Select(parameter => $"{Name(parameter.ParameterType)} {parameter.Name}{(parameter.HasDefaultValue ? $" = {parameter.DefaultValue ?? "null"}" : "")}"));

    private static string Name(Type type) => type.IsGenericType ? $"{type.Name[..type.Name.IndexOf('`', StringComparison.Ordinal)]}<{string.Join(", ", type.GetGenericArguments().Select(Name))}>" : type.Name;

    private static IEnumerable<Type> Used(MemberInfo member) => member switch
    {
        FieldInfo field => [field.FieldType],
        PropertyInfo property => [property.PropertyType],
        MethodInfo method => [method.ReturnType, .. method.GetParameters().Select(parameter => parameter.ParameterType)],
        ConstructorInfo made => made.GetParameters().Select(parameter => parameter.ParameterType),
        _ => [],
    };
}
