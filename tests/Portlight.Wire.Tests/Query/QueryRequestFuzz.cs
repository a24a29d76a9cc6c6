using System.Text;
using CsCheck;
using Portlight.TestKit.Fuzzing;
using Portlight.Wire.Query;

namespace Portlight.Wire.Tests.Query;

/// <summary>Forms that clients send, changed. A form is taken apart before anybody knows who sent it: it is read or refused, and never read as something else.</summary>
public sealed class QueryRequestFuzz
{
    private static readonly byte[][] Words = [.. new[] { "&", "=", "%", "%00", "%FF", "%ED%A0%80", "+", ".", ".member.", ".member.1", ".member.0", ".member.01", "Action=", "Tags", "\0", "é", "%C3" }.Select(Encoding.UTF8.GetBytes)];

    [Fact]
    public void A_form_is_refused_with_a_reason_or_read_as_what_it_says() => Mutations.Of(Corpus.Load("forms"), Words).Sample(form =>
    {
        if (!QueryRequest.TryParse(form, out var request, out var problem))
        {
            Assert.False(string.IsNullOrWhiteSpace(problem));
            Assert.Null(request);
            return;
        }

        Assert.Null(problem);

        // Written again, it is the same: nothing was dropped, merged or guessed.
        var written = string.Join('&', request.Parameters.Select(pair => $"{Uri.EscapeDataString(pair.Key)}={Uri.EscapeDataString(pair.Value)}"));
        Assert.Equal(form.AsSpan().Count((byte)'&') + 1 - EmptyPairs(form), request.Parameters.Count);
        Assert.True(QueryRequest.TryParse(Encoding.UTF8.GetBytes(written), out var again, out _) || request.Parameters.ContainsKey(""), written);
        Assert.All(again?.Parameters ?? request.Parameters, pair => Assert.Equal(request.Find(pair.Key), pair.Value));

        foreach (var list in new[] { "Tags", "ActionNames", "PolicyArns", "ContextEntries", "" })
        {
            var isCounted = request.TryList(list, out var entries);
            Assert.True(isCounted || entries.Count == 0);
            Assert.All(entries, entry => Assert.Contains(request.Parameters.Keys, name => name == entry || name.StartsWith(entry + ".", StringComparison.Ordinal)));
        }
    }, iter: Mutations.Count, print: Encoding.Latin1.GetString);

    private static int EmptyPairs(byte[] form) => Encoding.Latin1.GetString(form).Split('&').Count(pair => pair.Length == 0);
}
