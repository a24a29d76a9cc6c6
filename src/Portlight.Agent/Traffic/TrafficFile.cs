using Portlight.Domain;
using Portlight.Linux;

namespace Portlight.Agent.Traffic;

/// <summary>Keeps what is remembered through restarts and boots. A file that cannot be read is as good as none: everything is counted from then on.</summary>
/// <param name="path">Where it is.</param>
/// <param name="installation">Whose instances these are.</param>
/// <param name="boot">The boot that the counters are of: they begin anew with each.</param>
internal sealed class TrafficFile(string path, InstallationId installation, string boot)
{
    private const string Form = "portlight traffic 1";
    private const int LongestFile = 64 << 20;

    /// <summary>The boot that this machine is in (random(4)).</summary>
    internal static string ThisBoot => File.ReadAllText("/proc/sys/kernel/random/boot_id").Trim();

    internal TrafficMemory Read()
    {
        try
        {
            using var reader = new BinaryReader(new MemoryStream(RegularFile.Read(path, LongestFile)));
            if (reader.ReadString() == Form && reader.ReadString() == installation.ToString())
            {
                return TrafficMemory.ReadFrom(reader, isOfThisBoot: reader.ReadString() == boot);
            }
        }
        catch (Exception unusable) when (unusable is IOException or UnauthorizedAccessException or InvalidDataException or OverflowException or FormatException or ArgumentException)
        {
            // None, or not of this form.
        }

        return new TrafficMemory();
    }

    /// <exception cref="IOException">The older one stays.</exception>
    /// <exception cref="UnauthorizedAccessException">The directory belongs to another user.</exception>
    internal void Write(TrafficMemory memory)
    {
        using var bytes = new MemoryStream();
        using var writer = new BinaryWriter(bytes);
        writer.Write(Form);
        writer.Write(installation.ToString());
        writer.Write(boot);
        memory.WriteTo(writer);
        writer.Flush();
        WholeFile.Replace(path, file => file.Write(bytes.GetBuffer().AsSpan(0, (int)bytes.Length))).Dispose();
    }
}
