using System.Text;
using Portlight.TestKit;

namespace Portlight.Server.Tests;

/// <summary>The whole matrix, operations by cases, for a person to read: Golden/authorisation.txt. An operation without a sample fails.</summary>
public sealed class AuthorisationTests
{
    [Fact]
    public async Task Every_operation_answers_everybody_as_the_matrix_says()
    {
        await using var server = await ServerHarness.StartAsync(options => options with { RequestsPerSecond = 0, StaticIpQuota = 0 });
        var matrix = new AuthorisationMatrix(server);
        await matrix.PrepareAsync();
        var rows = new List<string[]> { (string[])["operation", .. AuthorisationMatrix.Cases] };
        foreach (var entry in server.Server.Operations.Where(entry => AuthorisationSamples.All.ContainsKey(entry.Action)))
        {
            var row = new List<string> { entry.Action };
            foreach (var column in AuthorisationMatrix.Cases)
            {
                row.Add(await matrix.AskAsync(entry, AuthorisationSamples.All[entry.Action], column));
            }

            rows.Add([.. row]);
        }

        Golden.Match("authorisation.txt", Table(rows));
    }

    [Fact]
    public async Task Every_operation_has_a_sample_in_the_matrix_and_every_sample_an_operation()
    {
        await using var server = await ServerHarness.StartAsync();

        Assert.Equal(server.Server.Operations.Select(entry => entry.Action).Order(StringComparer.Ordinal), AuthorisationSamples.All.Keys.Order(StringComparer.Ordinal));
    }

    private static string Table(List<string[]> rows)
    {
        var widths = rows[0].Select((_, column) => rows.Max(row => row[column].Length)).ToArray();
        var text = new StringBuilder();
        foreach (var row in rows)
        {
            text.Append(string.Join("  ", row.Select((cell, column) => cell.PadRight(widths[column]))).TrimEnd()).Append('\n');
        }

        return text.ToString();
    }
}
