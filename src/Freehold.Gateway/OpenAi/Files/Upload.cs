using System.Globalization;
using Freehold.Gateway.Serving;
using Freehold.Gateway.Stored;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;

namespace Freehold.Gateway.OpenAi.Files;

/// <summary>A file on its way in: a form (multipart/form-data) whose fields come in any order, the file's bytes straight to the disk.</summary>
/// <param name="files">Where it goes.</param>
/// <param name="mostBytes">Bytes the file may have.</param>
internal sealed class Upload(FileStore files, long mostBytes)
{
    private const int MostFieldBytes = 1024, MostForm = 64 << 10, MostBoundary = 200, LongestName = 255;
    private const long ShortestLife = 3600, LongestLife = 2_592_000;

    /// <summary>The file's id; null before it began.</summary>
    public string? Id { get; private set; }
    public string? Name { get; private set; }
    public string? Purpose { get; private set; }
    public long Bytes { get; private set; }

    /// <summary>How long it is kept, in seconds, where the client says so.</summary>
    public long? Lifetime { get; private set; }

    /// <summary>Reads the form.</summary>
    /// <exception cref="RefusedException">It is no such form, a field cannot be honoured, or the file is too large (413).</exception>
    public async Task ReadAsync(HttpContext http)
    {
        if (!MediaTypeHeaderValue.TryParse(http.Request.ContentType, out var type) || !type.MediaType.Equals("multipart/form-data", StringComparison.OrdinalIgnoreCase)
            || HeaderUtilities.RemoveQuotes(type.Boundary).Value is not { Length: > 0 and <= MostBoundary } boundary)
            throw RefusedException.Field("file", "A file is sent as a form: Content-Type multipart/form-data with the fields 'file' and 'purpose'.", ErrorCodes.InvalidType);
        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
            limit.MaxRequestBodySize = mostBytes + MostForm;
        var form = new MultipartReader(boundary, http.Request.Body) { HeadersLengthLimit = MostForm };
        try
        {
            while (await form.ReadNextSectionAsync(http.RequestAborted) is { } section)
                await TakeAsync(section, http.RequestAborted);
        }
        catch (BadHttpRequestException e) when (e.StatusCode == StatusCodes.Status413PayloadTooLarge)
        {
            throw TooLarge();
        }
        catch (Exception e) when (e is InvalidDataException or BadHttpRequestException || (e is IOException && e.HResult == new IOException().HResult))
        {
            throw new RefusedException(new Refusal(400, ErrorCodes.BadRequest, null, $"The form could not be read: {e.Message}"), e);
        }
        if (Id is null)
            throw RefusedException.Field("file", "Missing required parameter: 'file'.", ErrorCodes.MissingRequiredParameter);
        if (Purpose is null)
            throw RefusedException.Field("purpose", "Missing required parameter: 'purpose'.", ErrorCodes.MissingRequiredParameter);
    }

    private async Task TakeAsync(MultipartSection section, CancellationToken cancellationToken)
    {
        if (!ContentDispositionHeaderValue.TryParse(section.ContentDisposition, out var disposition) || HeaderUtilities.RemoveQuotes(disposition.Name).Value is not { } name)
            throw RefusedException.Field("file", "A part of the form has no name.");
        switch (name)
        {
            case "file":
                if (Id is not null)
                    throw RefusedException.Field("file", "'file' is there twice; one request takes one file.");
                Name = NameOf(disposition);
                await KeepAsync(section.Body, cancellationToken);
                break;
            case "purpose":
                Purpose = await TextAsync(section.Body, cancellationToken);
                if (Purpose is not ("batch" or "user_data"))
                    throw RefusedException.Field("purpose", $"'purpose' is '{Purpose}'; files are kept here for batch and for user_data.", ErrorCodes.UnsupportedValue);
                break;
            case "expires_after[anchor]":
                if (await TextAsync(section.Body, cancellationToken) is var anchor and not "created_at")
                    throw RefusedException.Field("expires_after.anchor", $"'expires_after.anchor' is '{anchor}'; it can only be created_at.");
                break;
            case "expires_after[seconds]":
                if (!long.TryParse(await TextAsync(section.Body, cancellationToken), NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) || seconds is < ShortestLife or > LongestLife)
                    throw RefusedException.Field("expires_after.seconds", $"'expires_after.seconds' must be from {ShortestLife} to {LongestLife}.");
                Lifetime = seconds;
                break;
            default:
                throw RefusedException.Field(name.Length <= 100 ? name : null, "The form has a field that is not known here; send 'file', 'purpose' and 'expires_after'.", ErrorCodes.UnknownParameter);
        }
    }

    private async Task KeepAsync(Stream bytes, CancellationToken cancellationToken)
    {
        await using var file = files.Begin(out var id);
        Id = id;
        var buffer = new byte[1 << 16];
        for (int read; (read = await bytes.ReadAsync(buffer, cancellationToken)) > 0;)
        {
            Bytes += read;
            if (Bytes > mostBytes)
                throw TooLarge();
            await file.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
        }
        await file.FlushAsync(cancellationToken);
        file.Flush(flushToDisk: true);
    }

    private static async Task<string> TextAsync(Stream body, CancellationToken cancellationToken)
    {
        var buffer = new byte[MostFieldBytes + 1];
        var length = await body.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken);
        return length <= MostFieldBytes ? System.Text.Encoding.UTF8.GetString(buffer, 0, length) : throw RefusedException.Field(null, $"A field of the form has more than {MostFieldBytes} bytes.");
    }

    // A label for people: it is shown, and never opened.
    private static string NameOf(ContentDispositionHeaderValue disposition)
    {
        var given = HeaderUtilities.RemoveQuotes(disposition.FileNameStar.HasValue ? disposition.FileNameStar : disposition.FileName).Value ?? "";
        var name = string.Concat(given[(given.LastIndexOfAny(['/', '\\']) + 1)..].Where(character => !char.IsControl(character)));
        return name.Length == 0 ? "upload" : name.Length <= LongestName ? name : name[..LongestName];
    }

    private RefusedException TooLarge() => new(new Refusal(413, ErrorCodes.RequestTooLarge, "file", $"The file is larger than {mostBytes} bytes; send it in parts."));
}
