using System.Diagnostics;
using System.Globalization;
using Portlight.Wire.Client;
using Portlight.Wire.Lightsail;

namespace Portlight.Bench.Figures;

/// <summary>Twenty lab instances made by one CreateInstances against one, turn by turn, from the request until the last is running: its namespace is there and its ports are in force.</summary>
internal static class LabCreation
{
    private const int Turns = 15;

    /// <summary>The JIT compiles what makes instances several times, beside the work, until it is done: most of the processor's time before that.</summary>
    private const int WarmUp = 20;
    private const int Many = 20;
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(30);

    public static async Task<int> RunAsync()
    {
        using var data = await DataDirectory.WithInstancesAsync(0);
        await using var server = await Subject.PortlightAsync(Subject.Jit, data.Path, "kernel");
        using var http = new HttpClient();
        var client = new AwsClient(http, server.Endpoint, "us-east-1", data.Credentials, TimeProvider.System);
        for (var turn = 0; turn < WarmUp; turn++)
        {
            await CreateAsync(client, $"w{turn}", Many);
        }

        var one = new List<double>();
        var many = new List<double>();
        for (var turn = 0; turn < Turns; turn++)
        {
            one.Add(await CreateAsync(client, $"a{turn}", 1));
            many.Add(await CreateAsync(client, $"b{turn}", Many));
        }

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"1 lab instance {Report.Median(one, ms => ms):0.0} ms, {Many} by one call {Report.Median(many, ms => ms):0.0} ms (medians of {Turns})"));
        Report.Ratio($"{Many} lab instances by one call / 1", many, one, atMost: 3);
        return 0;
    }

    /// <summary>Milliseconds. The instances are deleted afterwards, and gone from the kernel when this returns.</summary>
    private static async Task<double> CreateAsync(AwsClient client, string name, int count)
    {
        string[] names = [.. Enumerable.Range(0, count).Select(number => $"{name}-{number}")];
        var json = LightsailJson.Default;
        var began = Stopwatch.GetTimestamp();
        await client.SendAsync(
            "Lightsail_20161128.CreateInstances",
            new CreateInstancesRequest { InstanceNames = names, AvailabilityZone = "us-east-1a", BlueprintId = "debian_12", BundleId = "nano_3_0" },
            json.CreateInstancesRequest,
            json.CreateInstancesResponse);
        var took = await UntilAsync(client, began, instances => instances.Count(instance => instance.State?.Name == "running") == count);
        foreach (var gone in names)
        {
            await client.SendAsync("Lightsail_20161128.DeleteInstance", new DeleteInstanceRequest { InstanceName = gone }, json.DeleteInstanceRequest, json.DeleteInstanceResponse);
        }

        await UntilAsync(client, Stopwatch.GetTimestamp(), _ => !Directory.EnumerateFiles("/run/netns", "pl-*").Any());
        return took;
    }

    private static async Task<double> UntilAsync(AwsClient client, long began, Predicate<IReadOnlyList<Instance>> isSo)
    {
        while (true)
        {
            var answer = await client.SendAsync("Lightsail_20161128.GetInstances", new GetInstancesRequest(), LightsailJson.Default.GetInstancesRequest, LightsailJson.Default.GetInstancesResponse);
            var elapsed = Stopwatch.GetElapsedTime(began);
            if (isSo(answer.Instances))
            {
                return elapsed.TotalMilliseconds;
            }

            // Asking without a pause would take one of two processors from the server.
            await Task.Delay(1);
            if (elapsed > Longest)
            {
                throw new TimeoutException($"the instances are not as awaited after {Longest}: {string.Join(", ", answer.Instances.Select(instance => $"{instance.Name} {instance.State?.Name}"))}");
            }
        }
    }
}
