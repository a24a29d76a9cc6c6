using Portlight.TestKit.Serving;

namespace Portlight.Netns;

/// <summary>Servers on the private host that enforce in its kernel, with a scratch directory for their data. Leaves nothing in the kernel.</summary>
internal sealed class Served : IDisposable
{
    private readonly DirectoryInfo _scratch = Directory.CreateTempSubdirectory("portlight-served-");
    private readonly List<ServeProcess> _running = [];

    /// <summary>A data directory that is this test's; it need not exist.</summary>
    internal string Data(string name) => Path.Combine(_scratch.FullName, name);

    /// <summary>Starts a server that must become ready.</summary>
    internal ServeProcess Start(string data, params string[] options) => StartBehind([], data, options);

    /// <summary>The same, run by another command.</summary>
    internal ServeProcess StartBehind(IEnumerable<string> before, string data, params string[] options)
    {
        // What is said twice has the last word.
        var command = ServeProcess.CommandOn(Data(data), "kernel", before);
        foreach (var option in options)
        {
            command.ArgumentList.Add(option);
        }

        var server = ServeProcess.StartAsync(command, Data(data)).GetAwaiter().GetResult();
        _running.Add(server);
        Assert.EndsWith(" enforce=kernel", server.Ready, StringComparison.Ordinal);
        return server;
    }

    /// <summary>Ends a server by a signal and waits for its end. Its exit code and what it wrote to stderr.</summary>
    internal (int Code, string Error) End(ServeProcess server, int signal)
    {
        server.End(signal);
        var ended = server.EndAsync().GetAwaiter().GetResult();
        _running.Remove(server);
        server.Dispose();
        return ended;
    }

    /// <summary>Runs a verb on a data directory of this test; it must succeed. What it wrote.</summary>
    internal string Run(string data, params IEnumerable<string> words)
    {
        var (code, output, error) = PortlightProgram.Run([.. words, "--data", Data(data)]);
        Assert.True(code == 0, $"`portlight {string.Join(' ', words)}` ended with {code}: {output}{error}");
        return output;
    }

    public void Dispose()
    {
        foreach (var server in _running.ToList())
        {
            End(server, ServeProcess.KillSignal);
        }

        PortlightProgram.Run("teardown", "--yes", "--take-over", "--data", Data("nowhere"));
        _scratch.Delete(recursive: true);
    }
}
