using Freehold.Gateway.Requests;
using static Freehold.Gateway.Requests.Parameter;

namespace Freehold.Gateway.OpenAi.Batches;

/// <summary>The parameters of batches.</summary>
internal static class BatchParameters
{
    /// <summary>POST /v1/batches.</summary>
    public static ParameterTable Create { get; } = new("POST /v1/batches",
    [
        Honoured("input_file_id", "an uploaded file of purpose `batch`: a JSON object a line, with `custom_id`, `method`, `url`, `body`"),
        Honoured("endpoint", "`/v1/chat/completions`, `/v1/completions`, `/v1/embeddings`, `/v1/responses`"),
        Honoured("completion_window", "`24h`; what is not done by then becomes errors"),
        Honoured("metadata", "up to 16 pairs of strings"),
        Honoured("output_expires_after", "how long the files of results are kept, at most the server's own time"),
        Honoured("output_expires_after.anchor", "`created_at`"),
        Honoured("output_expires_after.seconds", "3,600 to 2,592,000"),
    ]);
}
