using System.Diagnostics;
using System.Globalization;
using Portlight.TestKit;
using Portlight.TestKit.Serving;
using Portlight.Wire.Client;
using Portlight.Wire.SigV4;

namespace Portlight.Console.Tests.Browser;

/// <summary>What <c>portlight serve --console</c> starts. People reach the console by IPv6 and the console its server by IPv4, so that the two cannot be taken for each other.</summary>
public class BesideConsole : ServedConsole
{
    private static readonly HttpClient Http = new();

    protected virtual Uri At { get; } = new("http://[::1]:8590/");

    public ServeProcess Server { get; private set; } = null!;

    protected override async Task<(Uri Endpoint, AwsCredentials Root)> StartServerAsync(string data)
    {
        var console = Path.Combine(AppContext.BaseDirectory, "console");
        if (!Directory.Exists(console))
        {
            File.CreateSymbolicLink(console, ConsoleProcess.Folder);
        }

        var command = ServeProcess.CommandOn(data);
        command.ArgumentList.Add("--console");
        command.ArgumentList.Add(At.GetLeftPart(UriPartial.Authority));
        Server = await ServeProcess.StartAsync(command, data);
        Assert.True(SharedCredentialsFile.TryRead(Path.Combine(data, "credentials"), SharedCredentialsFile.DefaultProfile, out var root, out var problem), problem);
        return (new Uri(Server.Ready.Split(' ')[2]), root);
    }

    protected override async Task<ConsoleProcess> StartConsoleAsync(Uri api, string data)
    {
        await AnswersAsync();
        return ConsoleProcess.Beside(At);
    }

    /// <summary>Waits until the console answers.</summary>
    public Task AnswersAsync() => Until.TrueAsync(
        async () =>
        {
            try
            {
                return await Http.GetStringAsync(new Uri(At, "healthz"), TestContext.Current.CancellationToken) == "ok";
            }
            catch (HttpRequestException)
            {
                return false;
            }
        },
        "the console's answer");

    /// <summary>The console's process, which the server has started. Others come and go meanwhile.</summary>
    public Process Find() => Process.GetProcessesByName("portlight-console").Single(process => ParentOf(process.Id) == Server.Id);

    private static int? ParentOf(int process)
    {
        try
        {
            // After the name, which is in parentheses: the state, then the parent.
            return int.Parse(File.ReadAllText($"/proc/{process}/stat").Split(") ")[^1].Split(' ')[1], CultureInfo.InvariantCulture);
        }
        catch (IOException)
        {
            return null;
        }
    }

    protected override ValueTask StopServerAsync()
    {
        Server?.Dispose();
        return ValueTask.CompletedTask;
    }
}
