namespace Portlight.Console.Access;

/// <summary>What IAM keeps by name: how it is called in addresses, on pages and in IAM's actions.</summary>
/// <param name="Slug">In an address, <c>users</c>.</param>
/// <param name="Word">In IAM's actions and members, <c>User</c>.</param>
/// <param name="What">What it is, in a sentence.</param>
public sealed record AccessKind(string Slug, string Word, string What)
{
    public static readonly AccessKind User = new("users", "User", "People and programs, each with keys of its own.");

    public static readonly AccessKind Group = new("groups", "Group", "What several users may.");

    public static readonly AccessKind Role = new("roles", "Role", "What somebody may for a while, who assumes it.");

    public static IReadOnlyList<AccessKind> All { get; } = [User, Group, Role];

    public string Title => Word + "s";

    public string Lower => Word.ToLowerInvariant();

    public static AccessKind? Find(string? slug) => All.FirstOrDefault(kind => kind.Slug == slug);
}
