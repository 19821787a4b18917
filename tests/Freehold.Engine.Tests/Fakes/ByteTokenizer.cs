using System.Buffers;
using System.Text;
using Freehold.Models.Templates;
using Freehold.Models.Tokenizers;

namespace Freehold.Engine.Tests.Fakes;

/// <summary>A token a byte, then BOS (256) and EOS (257), then further tokens of several bytes.</summary>
internal sealed class ByteTokenizer(params string[] further) : Tokenizer
{
    public const int Bos = 256, Eos = 257;
    private readonly byte[][] _further = [.. further.Select(Encoding.UTF8.GetBytes)];

    /// <summary>Which of the further tokens are control tokens.</summary>
    public IReadOnlySet<int> Marks { get; init; } = new HashSet<int>();

    public override int VocabularySize => 258 + _further.Length;

    /// <summary>In place of a BOS in front alone.</summary>
    public SpecialTokens Around { get; init; } = new(Bos, Eos, -1, -1, -1, -1, -1, true, false, new HashSet<int> { Eos });

    public override SpecialTokens Special => Around;

    public override IReadOnlyList<int> Encode(string text, bool parseSpecial = false, bool addSpecial = true) =>
        [.. addSpecial ? [Bos] : Array.Empty<int>(), .. Encoding.UTF8.GetBytes(text).Select(value => (int)value)];

    public override IReadOnlyList<int> Encode(RenderedPrompt prompt, bool addSpecial = true) => Encode(prompt.Text, addSpecial: addSpecial);

    public override string Piece(int id) => id switch { Bos => "<bos>", Eos => "<eos>", _ => Decode([id], special: true) };

    public override void WriteBytes(int id, IBufferWriter<byte> output, bool special = false)
    {
        if (id < 256)
            output.Write([(byte)id]);
        else if (id >= 258 && (special || !Marks.Contains(id)))
            output.Write(_further[id - 258]);
        else if (special)
            output.Write(Encoding.UTF8.GetBytes(Piece(id)));
    }

    public override string Decode(ReadOnlySpan<int> ids, bool special = false)
    {
        var written = new ArrayBufferWriter<byte>();
        foreach (var id in ids)
            WriteBytes(id, written, special);
        return Encoding.UTF8.GetString(written.WrittenSpan);
    }

    public override bool IsControl(int id) => id is Bos or Eos || Marks.Contains(id);
}
