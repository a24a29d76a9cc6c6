using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Net.Sockets;
using Portlight.Api;
using Portlight.Domain;
using Portlight.Storage;
using Portlight.Wire.PortlightApi;

namespace Portlight.Lightsail;

/// <summary>What the operations on an account's address book have in common.</summary>
internal static class BookNames
{
    /// <summary>A name that may be given.</summary>
    /// <exception cref="Wire.InvalidInputException">It is none.</exception>
    public static string Require([NotNull] string? name, string field, PortLimits limits) =>
        name is null ? throw Requests.Invalid([new Problem(field, "is missing")])
        : !AddressBook.IsName(name) ? throw Requests.Invalid([new Problem(field, $"`{UserText.Excerpt(name)}` must begin with a letter and have letters, digits, `-`, `_` and `.`, {AddressBook.LongestName} at most")])
        : limits.Aliases.Keys.Contains(name, StringComparer.OrdinalIgnoreCase) ? throw Requests.Invalid([new Problem(field, $"`{name}` is an alias of a source list")])
        : name;

    /// <summary>Changes the caller's book; returns what <paramref name="change"/> has found of it.</summary>
    public static Task<T> ChangeAsync<T>(IStore store, Call call, Func<AddressBook, (AddressBook After, T Found)> change) => store.CommitAsync(call, (view, changes) =>
    {
        var account = view.FindAccount(call.Principal.AccountId)!;
        var (after, found) = change(account.Book);
        if (after.Entries > AddressBook.MostEntries)
        {
            throw Requests.Invalid([new Problem("the address book", $"would have {after.Entries} names, blocks, rules and sources in all; at most {AddressBook.MostEntries} are allowed")]);
        }

        changes.Save(account with { Book = after });
        return found;
    });

    public static NamedNetwork ToWire(string name, ImmutableArray<Cidr> cidrs) => new() { Name = name, Cidrs = Texts(cidrs, AddressFamily.InterNetwork), Ipv6Cidrs = Texts(cidrs, AddressFamily.InterNetworkV6) };

    public static PortTemplate ToWire(string name, PortSet ports, bool awsQuirks) => new() { Name = name, PortStates = ports.ToPortStates(awsQuirks) };

    private static IReadOnlyList<string> Texts(ImmutableArray<Cidr> cidrs, AddressFamily family) => [.. cidrs.Where(cidr => cidr.Family == family).Select(cidr => cidr.ToString())];
}
