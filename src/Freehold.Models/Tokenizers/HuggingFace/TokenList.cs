using System.Globalization;
using System.Text.Json;
using Freehold.Models.Files;
using Freehold.Models.Tokenizers.Vocabularies;

namespace Freehold.Models.Tokenizers.HuggingFace;

/// <summary>The tokens of a <c>tokenizer.json</c> by id, the added ones with their kinds; ids that nothing names are filled as unused.</summary>
internal sealed class TokenList
{
    private readonly List<string?> _pieces = [];
    private readonly List<TokenKind> _kinds = [];
    private readonly Dictionary<string, int> _ids = new(StringComparer.Ordinal);

    /// <summary>Ids that swallow white space before them.</summary>
    public List<int> LeftStrip { get; } = [];

    /// <summary>Ids that swallow white space behind them.</summary>
    public List<int> RightStrip { get; } = [];

    /// <summary>Number of ids.</summary>
    public int Count => _pieces.Count;

    /// <summary>The pieces, complete.</summary>
    public string[] Pieces => _pieces.Select((piece, id) => piece ?? string.Create(CultureInfo.InvariantCulture, $"[PAD{id}]")).ToArray();

    /// <summary>The kinds as GGUF writes them.</summary>
    public int[] Kinds => _kinds.Select((kind, id) => (int)(_pieces[id] is null ? TokenKind.Unused : kind)).ToArray();

    /// <summary>The id of a piece, or -1.</summary>
    public int Find(string? piece) => piece is not null && _ids.TryGetValue(piece, out var id) ? id : -1;

    /// <summary>The kind of an id.</summary>
    public TokenKind Kind(int id) => _kinds[id];

    /// <summary>Changes an id's kind.</summary>
    public void SetKind(int id, TokenKind kind) => _kinds[id] = kind;

    /// <summary>Changes what an id is written as in GGUF; it is still found by its own name.</summary>
    public void Rewrite(Func<string, TokenKind, string> change)
    {
        for (var id = 0; id < _pieces.Count; id++)
            if (_pieces[id] is { } piece)
                _pieces[id] = change(piece, _kinds[id]);
    }

    /// <summary>Takes the model's vocabulary: an object of piece to id, or pairs of piece and score in order.</summary>
    /// <exception cref="ModelFormatException">Ids that leave holes beyond reason, or are given twice.</exception>
    public void AddVocabulary(JsonElement vocabulary)
    {
        if (vocabulary.ValueKind == JsonValueKind.Object)
        {
            var limit = vocabulary.EnumerateObject().Count() * 4L + 65536;
            foreach (var entry in vocabulary.EnumerateObject())
                Put(entry.Value.Whole(), entry.Name, TokenKind.Normal, limit);
        }
        else if (vocabulary.ValueKind == JsonValueKind.Array)
            foreach (var pair in vocabulary.EnumerateArray())
                Put(Count, Pair(pair).GetString() ?? "", TokenKind.Normal, int.MaxValue);
        else
            throw new ModelFormatException("the tokenizer.json's vocabulary is neither an object nor a list");

        static JsonElement Pair(JsonElement pair) => pair.ValueKind == JsonValueKind.Array && pair.GetArrayLength() == 2
            ? pair[0]
            : throw new ModelFormatException("the tokenizer.json's vocabulary has an entry that is no pair of piece and score");
    }

    /// <summary>Takes the added tokens: special ones are control tokens, the others user-defined.</summary>
    /// <exception cref="ModelFormatException">One has no content or an id that belongs to another piece.</exception>
    public void AddAdded(JsonElement? added)
    {
        if (added is not { ValueKind: JsonValueKind.Array } list)
            return;
        var limit = Count * 4L + 65536;
        foreach (var token in list.EnumerateArray())
        {
            var content = token.Text("content") ?? throw new ModelFormatException("the tokenizer.json has an added token without content");
            var id = (token.Member("id") ?? throw new ModelFormatException($"the tokenizer.json's added token '{content}' has no id")).Whole();
            Put(id, content, token.Flag("special", false) ? TokenKind.Control : TokenKind.UserDefined, limit);
            if (token.Flag("lstrip", false))
                LeftStrip.Add(id);
            if (token.Flag("rstrip", false))
                RightStrip.Add(id);
        }
    }

    private void Put(int id, string piece, TokenKind kind, long limit)
    {
        if (id < 0 || id >= limit)
            throw new ModelFormatException($"the tokenizer.json gives '{piece}' the id {id}, far beyond its number of tokens; the file is damaged");
        while (_pieces.Count <= id)
        {
            _pieces.Add(null);
            _kinds.Add(TokenKind.Normal);
        }
        if (_pieces[id] is { } other && other != piece)
            throw new ModelFormatException($"the tokenizer.json gives the id {id} to '{other}' and to '{piece}'; the file is damaged");
        if (_ids.TryGetValue(piece, out var known) && known != id)
            throw new ModelFormatException($"the tokenizer.json gives '{piece}' the ids {known} and {id}; the file is damaged");
        _pieces[id] = piece;
        _kinds[id] = kind;
        _ids[piece] = id;
    }
}
