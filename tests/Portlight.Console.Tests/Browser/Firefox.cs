using System.Diagnostics;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Portlight.TestKit;
using Portlight.TestKit.Network;

namespace Portlight.Console.Tests.Browser;

/// <summary>Debian's Firefox with one page, driven by WebDriver BiDi, which it speaks by itself: pointer and keys as a person's. Playwright drives only a Firefox of its own.</summary>
public sealed class Firefox : IAsyncDisposable
{
    public const string Program = "/usr/bin/firefox-esr";

    private const string Listening = "WebDriver BiDi listening on ";

    private readonly Process _process;
    private readonly DirectoryInfo _profile;
    private readonly ClientWebSocket _socket = new();
    private readonly List<string> _complaints = [];
    private string _context = "";
    private int _calls;

    private Firefox(Process process, DirectoryInfo profile) => (_process, _profile) = (process, profile);

    /// <summary>What the browser has complained of: errors of scripts, and what the Content-Security-Policy has forbidden.</summary>
    public IReadOnlyList<string> Complaints => _complaints;

    public static async Task<Firefox> StartAsync()
    {
        var profile = Directory.CreateTempSubdirectory("portlight-firefox-");
        var start = new ProcessStartInfo(Program, ["--headless", "--no-remote", "--profile", profile.FullName, "--remote-debugging-port", "21974", "about:blank"]) { RedirectStandardError = true, RedirectStandardOutput = true };
        // It writes beside its profile where it finds a home.
        start.Environment["HOME"] = profile.FullName;
        var firefox = new Firefox(Process.Start(start)!, profile);
        try
        {
            await firefox.ConnectAsync();
            return firefox;
        }
        catch
        {
            await firefox.DisposeAsync();
            throw;
        }
    }

    public Task GoAsync(Uri address) => CallAsync("browsingContext.navigate", new() { ["context"] = _context, ["url"] = address.ToString(), ["wait"] = "complete" });

    public Task ResizeAsync(int width, int height) => CallAsync("browsingContext.setViewport", new() { ["context"] = _context, ["viewport"] = new JsonObject { ["width"] = width, ["height"] = height } });

    /// <summary>What an expression of the page comes to, as text.</summary>
    public async Task<string> EvaluateAsync(string expression)
    {
        var answer = await CallAsync("script.evaluate", new() { ["expression"] = $"String({expression})", ["target"] = new JsonObject { ["context"] = _context }, ["awaitPromise"] = true });
        return answer["result"]?["value"]?.GetValue<string>() ?? throw new InvalidOperationException($"`{expression}`: {answer.ToJsonString()}");
    }

    /// <summary>Waits until an expression of the page is true.</summary>
    public Task UntilAsync(string expression)
    {
        var shown = "";
        return Until.TrueAsync(IsTrueAsync, () => $"`{expression}` on {shown}");

        async Task<bool> IsTrueAsync()
        {
            if (await EvaluateAsync($"Boolean({expression})") == "true")
            {
                return true;
            }

            shown = await EvaluateAsync("location.href + document.body?.innerText");
            return false;
        }
    }

    /// <summary>Presses the pointer's button on an element that an expression finds, when it is there and can be used.</summary>
    public async Task ClickAsync(string element)
    {
        await UntilAsync($"{element}?.checkVisibility() && !{element}.disabled");
        var at = JsonNode.Parse(await EvaluateAsync($"(one => {{ one.scrollIntoView({{ block: 'center', behavior: 'instant' }}); const box = one.getBoundingClientRect(); return JSON.stringify([box.x + box.width / 2, box.y + box.height / 2]); }})({element})"))!;
        JsonArray steps =
        [
            new JsonObject { ["type"] = "pointerMove", ["x"] = (int)at[0]!.GetValue<double>(), ["y"] = (int)at[1]!.GetValue<double>() },
            new JsonObject { ["type"] = "pointerDown", ["button"] = 0 },
            new JsonObject { ["type"] = "pointerUp", ["button"] = 0 },
        ];
        await CallAsync("input.performActions", new() { ["context"] = _context, ["actions"] = new JsonArray(new JsonObject { ["type"] = "pointer", ["id"] = "mouse", ["actions"] = steps }) });
    }

    /// <summary>Types keys, to whatever has the focus.</summary>
    public async Task TypeAsync(string text)
    {
        JsonArray steps = [];
        foreach (var key in text)
        {
            steps.Add(new JsonObject { ["type"] = "keyDown", ["value"] = key.ToString() });
            steps.Add(new JsonObject { ["type"] = "keyUp", ["value"] = key.ToString() });
        }

        await CallAsync("input.performActions", new() { ["context"] = _context, ["actions"] = new JsonArray(new JsonObject { ["type"] = "key", ["id"] = "keys", ["actions"] = steps }) });
    }

    public async ValueTask DisposeAsync()
    {
        _socket.Dispose();
        _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync(CancellationToken.None);
        _process.Dispose();
        _profile.Delete(recursive: true);
    }

    private async Task ConnectAsync()
    {
        string? line;
        do
        {
            line = await _process.StandardError.ReadLineAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(Deadline.Span, TestContext.Current.CancellationToken) ?? throw new InvalidOperationException("Firefox has ended");
        }
        while (!line.StartsWith(Listening, StringComparison.Ordinal));
        _ = _process.StandardError.ReadToEndAsync(CancellationToken.None);
        await _socket.ConnectAsync(new Uri($"{line[Listening.Length..].Trim()}/session"), TestContext.Current.CancellationToken);
        await CallAsync("session.new", new() { ["capabilities"] = new JsonObject() });
        await CallAsync("session.subscribe", new() { ["events"] = new JsonArray("log.entryAdded") });
        _context = (await CallAsync("browsingContext.getTree", []))["contexts"]![0]!["context"]!.GetValue<string>();
    }

    /// <summary>Calls a command and takes in what happens until its answer.</summary>
    private async Task<JsonNode> CallAsync(string method, JsonObject parameters)
    {
        var id = ++_calls;
        await _socket.SendAsync(Encoding.UTF8.GetBytes(new JsonObject { ["id"] = id, ["method"] = method, ["params"] = parameters }.ToJsonString()), WebSocketMessageType.Text, true, TestContext.Current.CancellationToken);
        while (true)
        {
            var message = await ReceiveAsync();
            if (message["method"]?.GetValue<string>() == "log.entryAdded" && message["params"]!["level"]!.GetValue<string>() == "error")
            {
                _complaints.Add(message["params"]!["text"]?.GetValue<string>() ?? "");
            }
            else if (message["id"]?.GetValue<int>() == id)
            {
                return message["type"]!.GetValue<string>() == "success" ? message["result"]! : throw new InvalidOperationException($"{method}: {message.ToJsonString()}");
            }
        }
    }

    private async Task<JsonNode> ReceiveAsync()
    {
        using var bytes = new MemoryStream();
        var buffer = new byte[16_384];
        WebSocketReceiveResult part;
        do
        {
            part = await _socket.ReceiveAsync(buffer, TestContext.Current.CancellationToken).WaitAsync(Deadline.Span, TestContext.Current.CancellationToken);
            bytes.Write(buffer, 0, part.Count);
        }
        while (!part.EndOfMessage);
        return JsonNode.Parse(bytes.ToArray()) ?? throw new JsonException("null");
    }
}
