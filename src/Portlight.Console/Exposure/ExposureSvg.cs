using System.Globalization;
using System.Net;
using System.Text;
using Portlight.Console.Api;
using Portlight.Console.Ports;
using Portlight.Console.SignIn;
using Portlight.Wire.PortlightApi;

namespace Portlight.Console.Exposure;

/// <summary>The picture of the fleet as a file that can be put into a document: light, with the words for its shapes, and nothing that is loaded from elsewhere.</summary>
internal static class ExposureSvg
{
    private const int Left = 72;
    private const int Top = 44;

    /// <summary>Colours and words of the style sheet's light theme.</summary>
    private static readonly (PortWidth Width, string Colour, string Word)[] Legend =
        [(PortWidth.One, "#1f6feb", "one address"), (PortWidth.Networks, "#b87503", "networks"), (PortWidth.Everyone, "#c4320a", "everyone"), (PortWidth.Meant, "#565d69", "everyone, as meant")];

    public static async Task<IResult> RunAsync(string region, Visit visit, TimeProvider clock, HttpContext http)
    {
        try
        {
            var caller = await visit.CallerAsync();
            if (caller.Region != region)
            {
                return Results.NotFound();
            }

            var exposure = await caller.CallAsync("GetExposure", new GetExposureRequest(), PortlightJson.Default.GetExposureRequest, PortlightJson.Default.GetExposureResponse, http.RequestAborted);
            var title = $"Exposure of {exposure.Instances} instances, {region}, {clock.GetUtcNow().UtcDateTime.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture)} UTC";
            return Results.File(Encoding.UTF8.GetBytes(Draw(new ExposureMatrix(exposure), title)), "image/svg+xml", $"exposure-{region}.svg");
        }
        catch (ApiException exception)
        {
            return FileRefusal.Of(exception);
        }
    }

    internal static string Draw(ExposureMatrix matrix, string title)
    {
        var runs = PictureOrder.ByLikeness(matrix);
        var height = Top + (matrix.Columns.Count * FleetPicture.RowHeight) + 36;
        var svg = new StringBuilder();
        svg.Append(CultureInfo.InvariantCulture, $"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {Left + FleetPicture.Width(runs) + 16} {height}\" font-family=\"system-ui, sans-serif\" font-size=\"11\" fill=\"#16181d\">");
        svg.Append(CultureInfo.InvariantCulture, $"<title>{WebUtility.HtmlEncode(title)}</title><rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/><text x=\"8\" y=\"24\" font-size=\"14\" font-weight=\"600\">{WebUtility.HtmlEncode(title)}</text>");
        for (var i = 0; i < matrix.Columns.Count; i++)
        {
            svg.Append(CultureInfo.InvariantCulture, $"<text x=\"8\" y=\"{Top + (i * FleetPicture.RowHeight) + 11}\" font-family=\"monospace\" fill=\"#555b66\">{WebUtility.HtmlEncode(matrix.Columns[i].Rule.Label)}</text>");
        }

        svg.Append(CultureInfo.InvariantCulture, $"<g transform=\"translate({Left} {Top})\">");
        foreach (var (width, path) in FleetPicture.Paths(runs, matrix.Columns.Count))
        {
            svg.Append(CultureInfo.InvariantCulture, $"<path fill=\"{Legend.First(entry => entry.Width == width).Colour}\" d=\"{path}\"/>");
        }

        svg.Append("</g>");
        var x = 8;
        foreach (var (_, colour, word) in Legend)
        {
            svg.Append(CultureInfo.InvariantCulture, $"<rect x=\"{x}\" y=\"{height - 20}\" width=\"9\" height=\"9\" fill=\"{colour}\"/><text x=\"{x + 14}\" y=\"{height - 12}\" fill=\"#555b66\">{word}</text>");
            x += 30 + (word.Length * 6);
        }

        return svg.Append("</svg>").ToString();
    }
}
