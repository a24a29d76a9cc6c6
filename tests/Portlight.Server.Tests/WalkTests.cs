using System.Diagnostics;
using System.IO.Pipelines;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging.Abstractions;
using Portlight.Api;
using Portlight.Storage;

namespace Portlight.Server.Tests;

/// <summary>The way of a Put, as the stack has it when it reaches the store, against what ARCHITECTURE.md says of it.</summary>
public sealed partial class WalkTests
{
    [Fact]
    public async Task A_Put_goes_from_the_pipeline_to_the_store_through_the_files_that_ARCHITECTURE_names()
    {
        await using var server = await ServerHarness.StartAsync();
        await server.AddInstanceAsync("web-1");
        var frames = await TraceAsync(server, "PutInstancePublicPorts", """{"instanceName":"web-1","portInfos":[{"fromPort":443,"toPort":443,"protocol":"tcp"}]}""");

        var documented = Documented();
        var walk = documented[documented.IndexOf("src/Portlight.Api/Pipeline.cs")..(documented.IndexOf("src/Portlight.Api/Calls/CallCommit.cs") + 1)];
        var entered = frames.Select(frame => frame.File).Distinct().ToList();

        // In their order, and no other; what only hands on may be missing, because the runtime leaves such frames out.
        Assert.InRange(walk.Count, 1, 5);
        Assert.Equal(walk.Where(entered.Contains), entered);
        Assert.Superset(new HashSet<string> { "src/Portlight.Api/Pipeline.cs", "src/Portlight.Lightsail/Ports/PortChange.cs" }, entered.ToHashSet());
        Assert.InRange(frames.Count(frame => frame.IsAsync), 1, 4);
    }

    /// <summary>The files of the walk in ARCHITECTURE.md, which are there.</summary>
    private static List<string> Documented()
    {
        var root = Root();
        var files = Step().Matches(File.ReadAllText(Path.Combine(root, "ARCHITECTURE.md"))).Select(step => step.Groups[1].Value).ToList();
        Assert.All(files, file => Assert.True(File.Exists(Path.Combine(root, file)), file));
        return files;
    }

    private static async Task<List<(string File, bool IsAsync)>> TraceAsync(ServerHarness server, string operation, string body)
    {
        var store = new TracingStore(server.Server.Store);
        var services = server.Server.Services with { Store = store };
        using var metrics = new RequestMetrics();
        var pipeline = new Pipeline(
            ServedOperations.Of(services),
            new RequestOrigins([]),
            new Authenticator(
                store,
                new AccessKeySecrets(server.Secrets),
                services.Sessions,
                services.Principals,
                new RefusalBrake(TimeSpan.Zero, server.Clock),
                new KeyUses(server.Server.Store, server.Clock, NullLogger<KeyUses>.Instance),
                server.Clock),
            new RateLimiter(0, server.Clock),
            new AccountShares(server.Clock),
            new AccountTurns(server.Clock),
            new CallRecorder(server.Server.Audit.Log.RecordAsync, server.Server.Audit.Log.RecordWith),
            metrics,
            server.Clock,
            NullLogger<Pipeline>.Instance);
        var http = Context(server, operation, Encoding.UTF8.GetBytes(body));
        await pipeline.InvokeAsync(http);
        Assert.Equal(200, http.Response.StatusCode);
        return store.Frames;
    }

    private static DefaultHttpContext Context(ServerHarness server, string operation, byte[] body)
    {
        using var signed = server.Request("Lightsail_20161128." + operation, body);
        var http = new DefaultHttpContext();
        http.Request.Method = "POST";
        http.Request.ContentLength = body.Length;
        http.Features.Get<IHttpRequestFeature>()!.RawTarget = "/";
        http.Features.Set<IRequestBodyPipeFeature>(new Body(PipeReader.Create(new(body))));
        foreach (var header in signed.Headers.Concat(signed.Content!.Headers).Where(header => header.Key != "Content-Length"))
        {
            http.Request.Headers[header.Key] = header.Value.ToArray();
        }

        http.Request.Headers.Host = signed.Headers.Host ?? signed.RequestUri!.Authority;
        return http;
    }

    private static string Root()
    {
        var directory = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(directory.FullName, "ARCHITECTURE.md")))
        {
            directory = directory.Parent!;
        }

        return directory.FullName;
    }

    [GeneratedRegex(@"^\d+\. `(src/[^`]+)`", RegexOptions.Multiline)]
    private static partial Regex Step();

    private sealed record Body(PipeReader Reader) : IRequestBodyPipeFeature;

    private sealed class TracingStore(IStore store) : ForwardingStore(store)
    {
        /// <summary>From the pipeline to here.</summary>
        public List<(string File, bool IsAsync)> Frames { get; } = [];

        public override Task<Committed<T>> CommitAsync<T>(Func<IStoreView, Changes, T> prepare, string account = "", CancellationToken cancellationToken = default)
        {
            Frames.AddRange(new StackTrace(fNeedFileInfo: true).GetFrames()
                .Where(frame => frame.GetFileName()?.Contains("/src/Portlight.", StringComparison.Ordinal) == true)
                .Select(frame => (frame.GetFileName()![frame.GetFileName()!.IndexOf("src/Portlight.", StringComparison.Ordinal)..], frame.GetMethod()!.Name == "MoveNext"))
                .Reverse()
                .SkipWhile(frame => !frame.Item1.EndsWith("/Pipeline.cs", StringComparison.Ordinal))); // what the test itself goes on from may lie below
            return base.CommitAsync(prepare, account, cancellationToken);
        }
    }
}
