using System.Net;
using Portlight.Domain;

namespace Portlight.Agent.Traffic;

/// <summary>What is remembered, as bytes.</summary>
internal static class TrafficBytes
{
    private const int MostInstances = 1_000_000;

    internal static void Write(BinaryWriter writer, DateTimeOffset? lookedAtAll, Dictionary<long, InstanceMemory> instances)
    {
        Write(writer, lookedAtAll);
        writer.Write(instances.Count);
        foreach (var (index, instance) in instances)
        {
            writer.Write(index);
            Write(writer, instance.ReadAt);
            writer.Write(instance.Counted);
            instance.Refused.Write(writer);
            writer.Write(instance.Parts.Count);
            foreach (var (part, memory) in instance.Parts)
            {
                Write(writer, part, memory);
            }
        }
    }

    /// <exception cref="IOException">These are not such bytes.</exception>
    internal static DateTimeOffset? Read(BinaryReader reader, Dictionary<long, InstanceMemory> instances, bool isOfThisBoot)
    {
        var lookedAtAll = ReadTime(reader);
        for (var left = Count(reader, MostInstances); left > 0; left--)
        {
            var index = reader.ReadInt64();
            var (readAt, counted) = (ReadTime(reader), reader.ReadInt64());
            var instance = new InstanceMemory { ReadAt = readAt, Counted = isOfThisBoot ? counted : 0, Refused = DayCurve.Read(reader) };
            for (var parts = Count(reader, TrafficMemory.MostParts); parts > 0; parts--)
            {
                ReadPart(reader, instance, isOfThisBoot);
            }

            instances[index] = instance;
        }

        return lookedAtAll;
    }

    private static void Write(BinaryWriter writer, CountedPart part, PartMemory memory)
    {
        var source = part.Source.GetAddressBytes();
        writer.Write((byte)part.Protocol);
        writer.Write((ushort)part.Port);
        writer.Write((byte)source.Length);
        writer.Write(source);
        writer.Write(memory.Counted);
        Write(writer, memory.Since);
        Write(writer, memory.SeenAt);
        Write(writer, memory.UsedAt);
        writer.Write(memory.LetIn is not null);
        memory.LetIn?.Write(writer);
    }

    private static void ReadPart(BinaryReader reader, InstanceMemory instance, bool isOfThisBoot)
    {
        var (protocol, port) = ((NetworkProtocol)reader.ReadByte(), reader.ReadUInt16());
        var source = reader.ReadBytes(reader.ReadByte());
        if (!Enum.IsDefined(protocol) || source.Length is not (4 or 16))
        {
            throw new InvalidDataException("an element that there cannot be");
        }

        var counted = reader.ReadInt64();
        instance.Parts[new CountedPart(protocol, port, new IPAddress(source))] = new PartMemory
        {
            Counted = isOfThisBoot ? counted : 0,
            Since = ReadTime(reader) ?? throw new InvalidDataException("an element without a beginning"),
            SeenAt = ReadTime(reader) ?? throw new InvalidDataException("an element that was never there"),
            UsedAt = ReadTime(reader),
            LetIn = reader.ReadBoolean() ? DayCurve.Read(reader) : null,
        };
    }

    private static int Count(BinaryReader reader, int most) => reader.ReadInt32() is var count && count >= 0 && count <= most ? count : throw new InvalidDataException("more than there can be");

    private static void Write(BinaryWriter writer, DateTimeOffset? at) => writer.Write(at?.ToUnixTimeMilliseconds() ?? 0);

    private static DateTimeOffset? ReadTime(BinaryReader reader) => reader.ReadInt64() switch
    {
        0 => null,
        > 0 and < 253402300800000 and var milliseconds => DateTimeOffset.FromUnixTimeMilliseconds(milliseconds),
        _ => throw new InvalidDataException("a time that there is not"),
    };
}
