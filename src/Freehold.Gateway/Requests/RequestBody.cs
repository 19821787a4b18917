using System.Text.Json;
using Freehold.Gateway.Serving;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Freehold.Gateway.Requests;

/// <summary>Reads a request's body as one JSON document, whatever its Content-Type claims.</summary>
internal static class RequestBody
{
    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false, MaxDepth = 32 };

    /// <summary>The document; dispose it.</summary>
    /// <exception cref="RefusedException">Too large (413), encoded (415), cut off, too slow or not JSON (400).</exception>
    public static async Task<JsonDocument> ReadAsync(HttpContext http)
    {
        if (http.Request.Headers.ContentEncoding.Count > 0 && http.Request.Headers.ContentEncoding != "identity")
            throw new RefusedException(new Refusal(415, ErrorCodes.UnsupportedEncoding, null, $"A body with Content-Encoding '{http.Request.Headers.ContentEncoding}' is not read; send it plain."));
        try
        {
            return await JsonDocument.ParseAsync(http.Request.Body, Strict, http.RequestAborted);
        }
        catch (BadHttpRequestException e) when (e.StatusCode == StatusCodes.Status413PayloadTooLarge)
        {
            var limit = http.Features.Get<IHttpMaxRequestBodySizeFeature>()?.MaxRequestBodySize;
            throw new RefusedException(new Refusal(413, ErrorCodes.RequestTooLarge, null, $"The request body is larger than {limit} bytes."), e);
        }
        catch (BadHttpRequestException e)
        {
            throw new RefusedException(new Refusal(e.StatusCode, ErrorCodes.BadRequest, null, $"The request body could not be read: {e.Message}"), e);
        }
        catch (JsonException e)
        {
            throw new RefusedException(new Refusal(400, ErrorCodes.InvalidJson, null, $"We could not parse the JSON body of your request: {e.Message}"), e);
        }
    }
}
