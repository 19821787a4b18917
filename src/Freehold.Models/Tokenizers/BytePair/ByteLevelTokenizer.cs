using System.Buffers;
using System.Text;
using Freehold.Models.Files;
using Freehold.Models.Tokenizers.Added;
using Freehold.Models.Tokenizers.Splitting;
using Freehold.Models.Tokenizers.Vocabularies;

namespace Freehold.Models.Tokenizers.BytePair;

/// <summary>
/// Byte-level BPE (GPT-2 and its many descendants): a pre-tokenizer cuts the text, the bytes of each piece merge pair by pair. Text is not
/// normalised, so that it comes back exactly; a byte for which a vocabulary has no token (some leave out control characters and planes that
/// hold nothing) is left out, as in the libraries that such models were trained with.
/// </summary>
internal sealed class ByteLevelTokenizer : VocabularyTokenizer
{
    private readonly PreTokenizer _splitter;
    private readonly bool _wholePieces;
    private readonly MergeTable _merges;
    private readonly PieceCache _cache = new();
    private readonly int[] _byteIds = new int[256];

    /// <summary>Puts the parts together.</summary>
    public ByteLevelTokenizer(Vocabulary vocabulary, SpecialTokens special, AddedTokens added, MergeTable merges, PreTokenizerFamily family)
        : base(vocabulary, special, added)
    {
        _merges = merges;
        _splitter = family.Build();
        _wholePieces = family.WholePieces;
        Span<byte> utf8 = stackalloc byte[4];
        for (var value = 0; value < 256; value++)
            _byteIds[value] = vocabulary.FindSpelled(utf8[..ByteAlphabet.Spell([(byte)value], utf8)]);
    }

    /// <inheritdoc/>
    protected override void EncodeText(ReadOnlySpan<byte> text, bool begins, List<int> ids)
    {
        using var session = new Session(this, ids);
        _splitter.Split(text, session.Splitting, session);
    }

    /// <inheritdoc/>
    protected override void WriteText(int id, IBufferWriter<byte> output)
    {
        var piece = Vocabulary.Bytes(id);
        if (Vocabulary.Kind(id) == TokenKind.UserDefined)
        {
            output.Write(piece);
            return;
        }
        var target = output.GetSpan(piece.Length);
        var count = 0;
        for (var at = 0; at < piece.Length;)
        {
            Rune.DecodeFromUtf8(piece[at..], out var rune, out var length);
            // What is no letter of the alphabet (padding such as '<dummy 7>' may hold some) stands for itself.
            if (ByteAlphabet.Value(rune.Value) is >= 0 and var value)
                target[count++] = (byte)value;
            else
                for (var i = 0; i < length; i++)
                    target[count++] = piece[at + i];
            at += length;
        }
        output.Advance(count);
    }

    /// <summary>One run over a text.</summary>
    private sealed class Session(ByteLevelTokenizer owner, List<int> ids) : IPieceSink, IDisposable
    {
        private PairMerger? _merger;
        private int[] _symbols = ArrayPool<int>.Shared.Rent(64);

        public SplitSession Splitting { get; } = new();

        public void Piece(ReadOnlySpan<byte> piece)
        {
            if (owner._cache.TryFind(piece, out var known))
            {
                ids.AddRange(known);
                return;
            }
            var first = ids.Count;
            if (!owner._wholePieces || !TakeWhole(piece))
                Merge(piece);
            owner._cache.Keep(piece, System.Runtime.InteropServices.CollectionsMarshal.AsSpan(ids)[first..]);
        }

        public void Dispose() => ArrayPool<int>.Shared.Return(_symbols);

        private bool TakeWhole(ReadOnlySpan<byte> piece)
        {
            if (piece.Length > owner.Vocabulary.MaxLength)
                return false;
            var utf8 = ArrayPool<byte>.Shared.Rent(piece.Length * 2 + 4);
            var id = owner.Vocabulary.FindSpelled(utf8.AsSpan(0, ByteAlphabet.Spell(piece, utf8)));
            ArrayPool<byte>.Shared.Return(utf8);
            if (id < 0)
                return false;
            ids.Add(id);
            return true;
        }

        private void Merge(ReadOnlySpan<byte> piece)
        {
            if (_symbols.Length < piece.Length)
            {
                ArrayPool<int>.Shared.Return(_symbols);
                _symbols = ArrayPool<int>.Shared.Rent(piece.Length);
            }
            var count = 0;
            foreach (var value in piece)
                if (owner._byteIds[value] is >= 0 and var id)
                    _symbols[count++] = id;
            if (count == 0)
                return;
            _merger ??= new PairMerger(owner._merges);
            ids.AddRange(_symbols.AsSpan(0, _merger.Merge(_symbols.AsSpan(0, count))));
        }
    }

    /// <summary>Reads the family's keys.</summary>
    /// <exception cref="ModelFormatException">They are damaged or name a pre-tokenizer that is not known.</exception>
    public static ByteLevelTokenizer Create(ModelMetadata metadata)
    {
        var name = metadata.GetString("tokenizer.ggml.pre", null);
        var family = PreTokenizerFamily.Find(name);
        var vocabulary = VocabularyReader.Read(metadata);
        if (metadata.FindTexts("tokenizer.ggml.merges") is not { } merges)
            throw new ModelFormatException("the metadata has no array of strings 'tokenizer.ggml.merges', without which byte-level BPE cannot merge; the file is incomplete");
        var special = SpecialTokenReader.Read(metadata, vocabulary, new SpecialDefaults(AddBos: family.AddBos));
        var stripped = StrippedTokens.Find(metadata, vocabulary);
        return new ByteLevelTokenizer(
            vocabulary, special, new AddedTokens(vocabulary, stripped.Left, stripped.Right), new MergeTable(merges, vocabulary), family);
    }
}
