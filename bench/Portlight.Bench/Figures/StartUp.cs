namespace Portlight.Bench.Figures;

/// <summary>From the start of the process to the ready line, and resident memory once it is idle, as <c>./portlight</c> builds it and, where it was published, of the native build.</summary>
internal static class StartUp
{
    private const int Starts = 9;

    public static async Task<int> RunAsync()
    {
        // One installation for both: what the first leaves in the kernel is not another's.
        using var data = await DataDirectory.WithInstancesAsync(10);
        await MeasureAsync("JIT", Subject.Command, data, 0.4, 70);
        if (File.Exists(Subject.Native))
        {
            await MeasureAsync("Native AOT", Subject.Native, data, 0.04, 32);
        }
        else
        {
            Console.WriteLine("Native AOT: not measured, eng/publish was not run");
        }

        return 0;
    }

    private static async Task MeasureAsync(string name, string executable, DataDirectory data, double seconds, double mebibytes)
    {
        var starts = new List<double>();
        var memory = new List<double>();
        for (var i = 0; i < Starts; i++)
        {
            await using var server = await Subject.PortlightAsync(executable, data.Path, "kernel");
            starts.Add(server.StartedIn.TotalSeconds);
            await Task.Delay(TimeSpan.FromSeconds(2)); // idle means: what the start left to do is done
            memory.Add(server.ResidentMiB());
        }

        Report.Value($"{name}: start to ready", "s", starts, atMost: seconds);
        Report.Value($"{name}: idle memory", "MiB", memory, atMost: mebibytes);
    }
}
