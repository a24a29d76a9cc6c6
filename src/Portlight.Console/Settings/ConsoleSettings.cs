using System.Reflection;

namespace Portlight.Console.Settings;

/// <summary>What the console is started with.</summary>
internal sealed record ConsoleSettings
{
    public const string Usage =
        """
        usage: portlight-console [--api URL] [--listen URL] [--region REGION] [--data DIR] [--api-cert FILE] [--tls-cert FILE --tls-key FILE]

          --api URL       where the Portlight server answers (http://127.0.0.1:8580)
          --listen URL    where the console answers (http://127.0.0.1:8590); port 0 takes a free one
          --region REGION the region that people see first (us-east-1)
          --data DIR      where the keys of cookies and of paused pages are kept; without it they last as long as the process
          --api-cert FILE the server's own certificate (PEM): that one is believed, whatever authority signed it
          --tls-cert, --tls-key
                          certificate chain and private key (PEM) for an https:// address
        """;

    /// <summary>Where the server answers. Its certificate is checked as any client's, by the authorities that the machine trusts, unless <see cref="ApiCertificate"/> is it.</summary>
    public Uri Api { get; init; } = new("http://127.0.0.1:8580");

    /// <summary>A PEM file whose first certificate the server may show, whatever it names and whatever authority signed it.</summary>
    public string? ApiCertificate { get; init; }

    /// <summary>What it shows the server that has started it; null where none has.</summary>
    public string? Ticket { get; init; }

    public Uri Listen { get; init; } = new("http://127.0.0.1:8590");

    public string Region { get; init; } = "us-east-1";

    public string? Data { get; init; }

    public string? TlsCertificate { get; init; }

    public string? TlsKey { get; init; }

    /// <summary>Reads the words of a command line: settings, or what to print instead, or what is wrong with them.</summary>
    public static (ConsoleSettings? Settings, string? Answer, string? Problem) Read(IReadOnlyList<string> words)
    {
        var settings = new ConsoleSettings();
        for (var i = 0; i < words.Count; i++)
        {
            if (words[i] is "--help" or "-h")
            {
                return (null, Usage, null);
            }

            if (words[i] == "--version")
            {
                return (null, $"portlight-console {Release}", null);
            }

            if (i + 1 == words.Count)
            {
                return (null, null, $"`{words[i]}` is no option, or lacks its value");
            }

            var value = words[++i];
            var read = words[i - 1] switch
            {
                "--api" => Address(value) is { } uri ? settings with { Api = uri } : null,
                "--listen" => Address(value) is { } uri ? settings with { Listen = uri } : null,
                "--region" => IsRegion(value) ? settings with { Region = value } : null,
                "--data" => settings with { Data = value },
                "--api-cert" => settings with { ApiCertificate = value },
                "--tls-cert" => settings with { TlsCertificate = value },
                "--tls-key" => settings with { TlsKey = value },
                _ => null,
            };
            if (read is null)
            {
                return (null, null, $"`{words[i - 1]} {value}` is not understood");
            }

            settings = read;
        }

        return (settings.Listen.Scheme == "https") == (settings is { TlsCertificate: not null, TlsKey: not null })
            ? (settings, null, null)
            : (null, null, "an https:// address of --listen needs --tls-cert and --tls-key, and they are for nothing else");
    }

    /// <summary>Version of this build, as <c>0.1.0</c>.</summary>
    public static string Release => Assembly.GetExecutingAssembly().GetName().Version?.ToString(3) ?? "0";

    /// <summary>Whether a text can name a region; whether there is one, the server says.</summary>
    public static bool IsRegion(string text) => text.Length is > 0 and <= 64 && text.All(letter => char.IsAsciiLetterLower(letter) || char.IsAsciiDigit(letter) || letter == '-');

    private static Uri? Address(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https" && uri.PathAndQuery == "/" && uri.UserInfo.Length == 0 ? uri : null;
}
