using System.Text;

namespace Freehold.Engine.Constraints;

/// <summary>How far one answer's thinking has come under its <see cref="ThinkingCeiling"/>. Depends on the answer's tokens only. Belongs to the engine's thread.</summary>
/// <param name="ceiling">The ceiling.</param>
/// <param name="closing">The tokens that close it.</param>
/// <param name="longestToken">Bytes of the vocabulary's longest token.</param>
internal sealed class BoundedThinking(ThinkingCeiling ceiling, int[] closing, int longestToken)
{
    private enum Stage
    {
        Before,
        Inside,
        Closing,
        Over,
    }

    private readonly byte[] _opens = Encoding.UTF8.GetBytes(ceiling.Format.Opens), _closes = Encoding.UTF8.GetBytes(ceiling.Format.Closes);

    // The end of the text so far, as long as a mark could still begin in it, and one token's bytes.
    private readonly byte[] _text = new byte[Math.Max(Encoding.UTF8.GetMaxByteCount(ceiling.Format.Opens.Length), Encoding.UTF8.GetMaxByteCount(ceiling.Format.Closes.Length)) + longestToken];
    private Stage _stage = ceiling.StartsInside ? Stage.Inside : Stage.Before;
    private int _length, _tokens, _written;

    /// <summary>The token that must come now; -1: any.</summary>
    public int Forced => _stage == Stage.Closing ? closing[_written] : -1;

    /// <summary>Takes the answer's next token.</summary>
    public void Take(ReadOnlySpan<byte> token)
    {
        switch (_stage)
        {
            case Stage.Before:
                Begin(token);
                break;
            case Stage.Inside:
                Go(token);
                break;
            case Stage.Closing when ++_written == closing.Length:
                _stage = Stage.Over;
                break;
        }
    }

    // Only the beginning of an answer, white space aside, can open thinking.
    private void Begin(ReadOnlySpan<byte> token)
    {
        if (_length == 0)
            token = token.TrimStart(" \t\r\n"u8);
        token.CopyTo(_text.AsSpan(_length));
        _length += token.Length;
        ReadOnlySpan<byte> text = _text.AsSpan(0, _length);
        if (text.StartsWith(_opens))
            (_stage, _length) = (Stage.Inside, 0);
        else if (!_opens.AsSpan().StartsWith(text))
            _stage = Stage.Over;
    }

    private void Go(ReadOnlySpan<byte> token)
    {
        var kept = Math.Min(_length, _closes.Length - 1);
        _text.AsSpan(_length - kept, kept).CopyTo(_text);
        token.CopyTo(_text.AsSpan(kept));
        _length = kept + token.Length;
        if (_text.AsSpan(0, _length).IndexOf(_closes) >= 0)
            _stage = Stage.Over;
        else if (++_tokens >= ceiling.Tokens)
            _stage = Stage.Closing;
    }
}
