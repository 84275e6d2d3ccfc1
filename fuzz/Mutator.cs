using System.Buffers.Binary;

namespace Trunkline.Fuzz;

/// <summary>Makes new inputs of old ones. The same seed makes the same inputs.</summary>
public sealed class Mutator(int seed)
{
    /// <summary>The longest input made.</summary>
    public const int InputBytesMax = 4096;

    private const int StepsMax = 6;

    private readonly Random _random = new(seed);

    /// <summary>A number below a bound.</summary>
    public int Below(int bound) => _random.Next(bound);

    /// <summary>An input changed in one to a few steps.</summary>
    /// <param name="parent">The input.</param>
    /// <param name="other">Another one, to splice with.</param>
    public byte[] Mutate(byte[] parent, byte[] other)
    {
        byte[] input = [.. parent];
        for (int steps = 1 + Below(StepsMax); steps > 0; steps--)
        {
            input = Step(input, other);
        }

        return input.Length <= InputBytesMax ? input : input[..InputBytesMax];
    }

    private byte[] Step(byte[] input, byte[] other)
    {
        if (input.Length == 0)
        {
            return other;
        }

        int at = Below(input.Length);
        switch (Below(9))
        {
            case 0:
                input[at] ^= (byte)(1 << Below(8));
                return input;
            case 1:
                input[at] = (byte)Below(256);
                return input;
            case 2:
                input[at] += (byte)(Below(2) == 0 ? 1 : 255);
                return input;
            case 3 or 4:
                Tamper(input, at);
                return input;
            case 5:
                return input[..at];
            case 6:
                byte[] inserted = Piece(Below(2) == 0 ? input : other);
                return [.. input[..at], .. inserted, .. input[at..]];
            case 7:
                int end = at + Below(Math.Min(16, input.Length - at) + 1);
                return [.. input[..at], .. input[end..]];
            default:
                return [.. input[..at], .. other[Below(other.Length + 1)..]];
        }
    }

    /// <summary>Writes what length fields like least: 0, 1, all ones, what is really left and its neighbours.</summary>
    private void Tamper(byte[] input, int at)
    {
        int left = input.Length - at;
        uint value = Below(7) switch
        {
            0 => 0,
            1 => 1,
            2 => uint.MaxValue,
            3 => 0x8000_0000u >> Below(32),
            4 => (uint)(left + Below(5) - 2),
            5 => (uint)((left + Below(5) - 2) / 4),
            _ => (uint)Below(64),
        };
        switch (Below(left >= 4 ? 5 : left >= 2 ? 3 : 1))
        {
            case 0:
                input[at] = (byte)value;
                break;
            case 1:
                BinaryPrimitives.WriteUInt16BigEndian(input.AsSpan(at), (ushort)value);
                break;
            case 2:
                BinaryPrimitives.WriteUInt16LittleEndian(input.AsSpan(at), (ushort)value);
                break;
            case 3:
                BinaryPrimitives.WriteUInt32BigEndian(input.AsSpan(at), value);
                break;
            default:
                BinaryPrimitives.WriteUInt32LittleEndian(input.AsSpan(at), value);
                break;
        }
    }

    private byte[] Piece(byte[] of)
    {
        int start = Below(of.Length + 1);
        return of[start..Math.Min(of.Length, start + 1 + Below(64))];
    }
}
