using Freehold.Gateway.Requests;
using static Freehold.Gateway.Requests.Parameter;

namespace Freehold.Gateway.Tokens;

/// <summary>The parameters of llama.cpp's server for these endpoints (tools/server/README.md), with <c>model</c>, since several may be served here.</summary>
internal static class TokenParameters
{
    /// <summary>POST /tokenize.</summary>
    public static ParameterTable Tokenize { get; } = new("POST /tokenize",
    [
        Honoured("model", "may be left out where one model is served"),
        Honoured("content", "the text"),
        Honoured("add_special", "false unless given: whether what the model expects around a text (BOS, CLS, SEP, EOS) is added"),
        Honoured("parse_special", "true unless given: whether the names of control tokens become their ids"),
        Honoured("with_pieces", "false unless given: each token as `{\"id\", \"piece\"}`, the piece as bytes where it is not valid UTF-8"),
    ]);

    /// <summary>POST /detokenize.</summary>
    public static ParameterTable Detokenize { get; } = new("POST /detokenize",
    [
        Honoured("model", "may be left out where one model is served"),
        Honoured("tokens", "the ids; control tokens are written by their names"),
    ]);
}
