namespace Freehold.Gateway.Refusals;

/// <summary>What to do about each code, for people. It says nothing of the request: the client got the full words. docs/api.md has the same codes, which a test compares.</summary>
internal static class Fixes
{
    /// <summary>Of a parameter without effect.</summary>
    public const string OfInert = "Nothing to do: it cannot change an answer. Leave it out if the header bothers you.";

    /// <summary>Of a refusal.</summary>
    public static string Of(string code, int status) => code switch
    {
        "invalid_json" or "bad_request" => "Send one JSON object, whole.",
        "missing_required_parameter" => "Send the field; it is required.",
        "invalid_type" or "invalid_value" or "invalid_parameter" or "empty_array" => "Send a value of the right kind, inside the bounds that the client's error message gives.",
        "unsupported_parameter" or "unknown_parameter" => "Leave the parameter out, or switch it off in the client's settings.",
        "unsupported_value" => "Choose another value or leave the field out; the client's error message says which are possible.",
        "context_length_exceeded" => "Shorten the prompt, or serve the model with a longer --context.",
        "invalid_prompt" => "Send text, or token ids of this model's own vocabulary.",
        "template_refused" or "template_error" => "Reorder the messages as the model's template wants them; /apply-template shows what it gets.",
        "unsupported_model" => "Choose a model that can do this; /v1/models lists capabilities.",
        "invalid_constraint" => "Mend the schema, pattern or grammar; the client's error message points at the place.",
        "unsupported_constraint" => "Take the assertion out of the schema, or leave out strict: the gap is then named in a header.",
        "constraint_too_large" => "Make the schema or grammar smaller; docs/structured-output.md has the limits.",
        "unsatisfiable_constraint" => "No text satisfies the schema or grammar; mend it.",
        "missing_api_key" => "Give the client the server's key, as Authorization: Bearer or x-api-key.",
        "invalid_api_key" => "Give the client the right key; whoever runs the server has it.",
        "foreign_host" => "Use the server's address, or start it with --allowed-host and the name.",
        "foreign_origin" or "cross_site" => "If the web page may use this server, start it with --allowed-origin and the page's origin.",
        "model_not_found" => "Name a model that is served; the Connect page has the names.",
        "unknown_url" => "Check the base URL: OpenAI's clients need /v1 at its end, Anthropic's and Ollama's must not have it.",
        "request_too_large" => "Send less at once; a body has at most 32 MiB.",
        "unsupported_encoding" => "Send the body plain, without Content-Encoding.",
        "too_many_requests" or "queue_full" => "Wait for as long as Retry-After says; most clients do so by themselves.",
        "generation_failed" or "internal_error" or "model_error" => "The server's log has the cause under the request's id.",
        "not_offered" => "Do it at the command line: freehold pull, list, rm.",
        "stopping" => "Try again in a moment; the server or the model was being closed.",
        _ when status >= 500 => "The server's log has the cause under the request's id.",
        _ => "The client's error message says what to change.",
    };
}
