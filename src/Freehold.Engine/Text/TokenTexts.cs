using System.Buffers;
using Freehold.Engine.Refusals;
using Freehold.Models.Tokenizers;

namespace Freehold.Engine.Text;

/// <summary>The bytes of every token, side by side: built once, read without allocating. Control tokens have none, but those that mark calls and thinking.</summary>
internal sealed class TokenTexts
{
    /// <summary>Bytes a token may have; a longer one is a damaged vocabulary.</summary>
    public const int MaxTokenBytes = 64 * 1024;

    private readonly byte[] _bytes;
    private readonly int[] _start;

    /// <summary>Asks the tokenizer for each token once.</summary>
    /// <param name="tokenizer">The vocabulary.</param>
    /// <param name="visible">Control tokens whose names are in one of these texts are text all the same; one that ends answers never is.</param>
    /// <exception cref="ModelRefusedException">A token is longer than <see cref="MaxTokenBytes"/>.</exception>
    public TokenTexts(Tokenizer tokenizer, IReadOnlyCollection<string>? visible = null)
    {
        string[] marks = [.. visible ?? []];
        var writer = new ArrayBufferWriter<byte>();
        _start = new int[tokenizer.VocabularySize + 1];
        for (var id = 0; id < tokenizer.VocabularySize; id++)
        {
            var isMark = marks.Length > 0 && tokenizer.IsControl(id) && !tokenizer.Special.EndOfGeneration.Contains(id) && IsPartOf(tokenizer.Piece(id), marks);
            tokenizer.WriteBytes(id, writer, special: isMark);
            _start[id + 1] = writer.WrittenCount;
            var length = _start[id + 1] - _start[id];
            if (length > MaxTokenBytes)
                throw new ModelRefusedException($"token {id} of the vocabulary is {length} bytes long; at most {MaxTokenBytes} make sense, so the file is damaged");
            Longest = Math.Max(Longest, length);
        }
        _bytes = writer.WrittenSpan.ToArray();
    }

    /// <summary>Tokens.</summary>
    public int Count => _start.Length - 1;

    /// <summary>Bytes of the longest token.</summary>
    public int Longest { get; }

    /// <summary>A token's bytes, to be kept.</summary>
    public ReadOnlyMemory<byte> Memory(int id) => _bytes.AsMemory(_start[id].._start[id + 1]);

    /// <summary>A token's bytes; they need not be whole characters.</summary>
    public ReadOnlySpan<byte> this[int id] => _bytes.AsSpan(_start[id].._start[id + 1]);

    private static bool IsPartOf(string piece, string[] marks) => piece.Length > 1 && Array.Exists(marks, mark => mark.Contains(piece, StringComparison.Ordinal));
}
