using System.Reflection;
using System.Reflection.Emit;
using System.Runtime.Loader;
using System.Text.RegularExpressions;

namespace Portlight.Repository;

/// <summary>Which types of a built project use which others of it: by their members, their signatures and the code of their methods. Constants are not seen: the compiler copies them.</summary>
internal static partial class TypeGraph
{
    private static readonly Dictionary<short, OpCode> Codes = typeof(OpCodes).GetFields().Select(field => (OpCode)field.GetValue(null)!).ToDictionary(code => code.Value);

    private static readonly Lazy<AssemblyLoadContext> Programs = new(Load);

    /// <summary>The uses between files of a project, by their paths from the root.</summary>
    public static IEnumerable<(string From, string To, string What)> Uses(string project)
    {
        var assembly = Programs.Value.LoadFromAssemblyName(new AssemblyName(project switch { "Portlight.Cli" => "portlight", "Portlight.AgentProgram" => "portlight-agent", "Portlight.Console" => "portlight-console", _ => project }));
        var files = Files(project);
        return from type in assembly.GetTypes()
               let user = Outermost(type)
               where files.ContainsKey(user.Name)
               from used in Of(type).SelectMany(Parts).Where(used => used.Assembly == assembly).Select(Outermost).Distinct()
               where used != user && files.ContainsKey(used.Name)
               select (files[user.Name], files[used.Name], $"{Plain(user.Name)} uses {Plain(used.Name)}");
    }

    private static AssemblyLoadContext Load()
    {
        // The command is built with everything beside it, but for projects that it does not use.
        var (built, configuration) = (Path.Combine(RepositoryFiles.Root, "artifacts", "bin"), Path.GetFileName(AppContext.BaseDirectory.TrimEnd('/')));
        var context = new AssemblyLoadContext("the command", isCollectible: false);
        context.Resolving += (_, name) =>
            Directory.GetDirectories(built).Prepend(Path.Combine(built, "Portlight.Cli")).Select(project => Path.Combine(project, configuration, name.Name + ".dll")).FirstOrDefault(File.Exists) is { } path
                ? context.LoadFromAssemblyPath(path)
                : null;
        return context;
    }

    /// <summary>The file of each type, by the type's name as metadata has it. What is generated has none.</summary>
    private static Dictionary<string, string> Files(string project)
    {
        var files = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var path in RepositoryFiles.Sources.Where(path => path.StartsWith($"src/{project}/", StringComparison.Ordinal)))
        {
            foreach (Match match in Declared().Matches(RepositoryFiles.Read(path)))
            {
                var parameters = match.Groups["parameters"].Value;
                files.TryAdd(match.Groups["name"].Value + (parameters.Length == 0 ? "" : $"`{parameters.Count(letter => letter == ',') + 1}"), path);
            }
        }

        return files;
    }

    private static Type Outermost(Type type) => type.DeclaringType is { } outer ? Outermost(outer) : type;

    private static string Plain(string name) => name.Split('`')[0];

    private static IEnumerable<Type> Parts(Type type)
    {
        if (type.HasElementType)
        {
            return Parts(type.GetElementType()!);
        }

        return type.IsGenericParameter ? [] : type.IsConstructedGenericType ? [type.GetGenericTypeDefinition(), .. type.GetGenericArguments().SelectMany(Parts)] : [type];
    }

    private static IEnumerable<Type> Of(Type type)
    {
        const BindingFlags all = BindingFlags.DeclaredOnly | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static | BindingFlags.Instance;
        IEnumerable<MethodBase> methods = [.. type.GetMethods(all), .. type.GetConstructors(all)];
        return [.. type.BaseType is { } basis ? [basis] : Type.EmptyTypes, .. type.GetInterfaces(), .. type.GetFields(all).Select(field => field.FieldType), .. methods.SelectMany(Of)];
    }

    private static IEnumerable<Type> Of(MethodBase method)
    {
        IEnumerable<Type> signature = [.. method.GetParameters().Select(parameter => parameter.ParameterType), .. method is MethodInfo { ReturnType: var answer } ? [answer] : Type.EmptyTypes];
        return method.GetMethodBody() is { } body ? [.. signature, .. body.LocalVariables.Select(local => local.LocalType), .. Of(method, body.GetILAsByteArray()!)] : signature;
    }

    private static IEnumerable<Type> Of(MethodBase method, byte[] code)
    {
        var ofType = method.DeclaringType is { IsGenericType: true } generic ? generic.GetGenericArguments() : null;
        var ofMethod = method.IsGenericMethod ? method.GetGenericArguments() : null;
        for (var at = 0; at < code.Length;)
        {
            var opcode = Codes[code[at] == 0xfe ? (short)(0xfe00 | code[at + 1]) : code[at]];
            at += opcode.Size;
            if (opcode.OperandType is OperandType.InlineField or OperandType.InlineMethod or OperandType.InlineTok or OperandType.InlineType)
            {
                var member = method.Module.ResolveMember(BitConverter.ToInt32(code, at), ofType, ofMethod)!;
                foreach (var type in Of(member))
                {
                    yield return type;
                }
            }

            at += opcode.OperandType switch
            {
                OperandType.InlineNone => 0,
                OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar => 1,
                OperandType.InlineVar => 2,
                OperandType.InlineI8 or OperandType.InlineR => 8,
                OperandType.InlineSwitch => 4 + (4 * BitConverter.ToInt32(code, at)),
                _ => 4,
            };
        }
    }

    private static IEnumerable<Type> Of(MemberInfo member) => member switch
    {
        Type type => [type],
        MethodInfo { IsGenericMethod: true } method => [method.DeclaringType!, .. method.GetGenericArguments()],
        _ => member.DeclaringType is { } declaring ? [declaring] : [],
    };

    [GeneratedRegex(@"^(?:public |internal |sealed |static |abstract |readonly |ref |partial |unsafe |file )*(?:class|struct|interface|enum|record(?: struct| class)?|delegate [\w<>?.]+) (?<name>\w+)(?:<(?<parameters>[^>]*)>)?", RegexOptions.Multiline)]
    private static partial Regex Declared();
}
