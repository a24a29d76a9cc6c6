using Portlight.AgentStream.Agent;
using Portlight.AgentStream.Wire;
using Portlight.Domain;

namespace Portlight.AgentHost;

/// <summary>What a <see cref="KeptFile"/> says of the last run.</summary>
/// <param name="All">What was in force. Where the file is damaged, what it says up to the damage: some of it may be gone since, and some is missing.</param>
/// <param name="Position">Of which position.</param>
/// <param name="Installation">Whose; null when it is not said.</param>
/// <param name="Damage">What is wrong with the file, in words that follow its name; null when nothing is.</param>
/// <param name="IsThere">There is a file.</param>
internal sealed record KeptMemory(IReadOnlyCollection<Desired> All, Position? Position, InstallationId? Installation, string? Damage, bool IsThere = true)
{
    /// <summary>To begin with.</summary>
    internal KeptSet ToSet() => Damage is null ? new KeptSet(All, Position) : KeptSet.Unknown();

    /// <summary>Whatever the disk holds, or does not.</summary>
    internal static KeptMemory Read(string directory)
    {
        byte[] file;
        try
        {
            file = File.ReadAllBytes(Path.Combine(directory, KeptFile.FileName));
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            return new KeptMemory([], null, null, "is not there", IsThere: false);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return new KeptMemory([], null, null, $"cannot be read: {exception.Message}");
        }

        return file.AsSpan().StartsWith(KeptRecords.Mark) ? Read(file) : new KeptMemory([], null, null, "does not begin as it should");
    }

    private static KeptMemory Read(byte[] file)
    {
        var all = new Dictionary<long, Desired>();
        Position? position = null;
        InstallationId? installation = null;
        string? damage = null;
        var (at, records) = (KeptRecords.Mark.Length, 0);
        while (at < file.Length)
        {
            if (!KeptRecords.TryRead(file.AsSpan(at), out var record, out var length))
            {
                // What a power cut has left of the last record was told to nobody.
                damage = at + length < file.Length || records == 0 ? $"is damaged at byte {at}" : null;
                break;
            }

            foreach (var index in record!.Removed)
            {
                all.Remove(index);
            }

            foreach (var desired in record.Changed)
            {
                all[desired.Index] = desired;
            }

            installation = InstallationId.TryParse(record.Installation, out var named) ? named : installation;
            (position, at, records) = (record.Position, at + length, records + 1);
        }

        damage ??= records == 0 ? "is empty" : all.Values.Select(KeptSet.WhyUnreadable).FirstOrDefault(problem => problem is not null);
        return new KeptMemory(all.Values, position, installation, damage);
    }
}
