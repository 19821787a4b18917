namespace Freehold.Gateway.Serving;

/// <summary>
/// Every code that the gateway itself gives as <see cref="Refusal.Code"/>; the engine has its own (<c>RefusalCodes</c>). docs/errors.md tells when each comes and what to do,
/// and a test holds that page to both.
/// </summary>
public static class ErrorCodes
{
    /// <summary>The body could not be read: cut off or too slow.</summary>
    public const string BadRequest = "bad_request";

    /// <summary>The body is no JSON, or is nested too deep.</summary>
    public const string InvalidJson = "invalid_json";

    /// <summary>A field is missing.</summary>
    public const string MissingRequiredParameter = "missing_required_parameter";

    /// <summary>A field is of the wrong kind.</summary>
    public const string InvalidType = "invalid_type";

    /// <summary>A field or header is out of its bounds.</summary>
    public const string InvalidValue = "invalid_value";

    /// <summary>A list has no items.</summary>
    public const string EmptyArray = "empty_array";

    /// <summary>Nobody knows the field.</summary>
    public const string UnknownParameter = "unknown_parameter";

    /// <summary>A field cannot be honoured.</summary>
    public const string UnsupportedParameter = "unsupported_parameter";

    /// <summary>A value of a field cannot be honoured.</summary>
    public const string UnsupportedValue = "unsupported_value";

    /// <summary>Thinking that is sent back was not written by this server.</summary>
    public const string InvalidSignature = "invalid_signature";

    /// <summary>Sealed reasoning that is sent back does not open.</summary>
    public const string InvalidEncryptedContent = "invalid_encrypted_content";

    /// <summary>A message of Anthropic's dialect belongs to a thread.</summary>
    public const string ThreadUnsupportedRequest = "thread_unsupported_request";

    /// <summary>The chat template failed on the conversation.</summary>
    public const string TemplateError = "template_error";

    /// <summary>The request would store something, and nothing is stored.</summary>
    public const string StorageOff = "storage_off";

    /// <summary>No key was shown.</summary>
    public const string MissingApiKey = "missing_api_key";

    /// <summary>A wrong key was shown.</summary>
    public const string InvalidApiKey = "invalid_api_key";

    /// <summary>The Host is no name of this server.</summary>
    public const string ForeignHost = "foreign_host";

    /// <summary>A web page of another origin asks.</summary>
    public const string ForeignOrigin = "foreign_origin";

    /// <summary>A browser asks for another site.</summary>
    public const string CrossSite = "cross_site";

    /// <summary>Nothing is at the path.</summary>
    public const string UnknownUrl = "unknown_url";

    /// <summary>No model has the name.</summary>
    public const string ModelNotFound = "model_not_found";

    /// <summary>There is no room for the model while others are in use.</summary>
    public const string NoMemoryNow = "no_memory_now";

    /// <summary>There is no room for the model, and none can come.</summary>
    public const string ModelDoesNotFit = "model_does_not_fit";

    /// <summary>The model could not be loaded.</summary>
    public const string ModelLoadFailed = "model_load_failed";

    /// <summary>The model is pinned by the owner.</summary>
    public const string ModelPinned = "model_pinned";

    /// <summary>The model is a file of the owner's own.</summary>
    public const string NotInStore = "not_in_store";

    /// <summary>The name is a model's own.</summary>
    public const string NameTaken = "name_taken";

    /// <summary>The model may not be fetched.</summary>
    public const string PullRefused = "pull_refused";

    /// <summary>The model could not be fetched.</summary>
    public const string PullFailed = "pull_failed";

    /// <summary>There is no stored response of the id.</summary>
    public const string ResponseNotFound = "response_not_found";

    /// <summary>There is no stored response to continue.</summary>
    public const string PreviousResponseNotFound = "previous_response_not_found";

    /// <summary>There is no conversation of the id.</summary>
    public const string ConversationNotFound = "conversation_not_found";

    /// <summary>There is no stored item of the id.</summary>
    public const string ItemNotFound = "item_not_found";

    /// <summary>There is no file of the id.</summary>
    public const string FileNotFound = "file_not_found";

    /// <summary>There is no batch of the id.</summary>
    public const string BatchNotFound = "batch_not_found";

    /// <summary>The batch has ended already.</summary>
    public const string BatchNotRunning = "batch_not_running";

    /// <summary>Another response of the conversation is being made.</summary>
    public const string ConversationLocked = "conversation_locked";

    /// <summary>The body is too large.</summary>
    public const string RequestTooLarge = "request_too_large";

    /// <summary>The body is compressed.</summary>
    public const string UnsupportedEncoding = "unsupported_encoding";

    /// <summary>More requests are being answered than the server takes.</summary>
    public const string TooManyRequests = "too_many_requests";

    /// <summary>The headers are too many or too long.</summary>
    public const string HeadersTooLarge = "headers_too_large";

    /// <summary>The answer's reader took nothing for too long.</summary>
    public const string SlowReader = "slow_reader";

    /// <summary>A fault of ours.</summary>
    public const string InternalError = "internal_error";

    /// <summary>The model gave no numbers, or its engine stopped.</summary>
    public const string GenerationFailed = "generation_failed";

    /// <summary>A client of Ollama would change the models there are.</summary>
    public const string NotOffered = "not_offered";

    /// <summary>The client behind a model reported an error.</summary>
    public const string ModelError = "model_error";

    /// <summary>The server is being stopped, or a model closed.</summary>
    public const string Stopping = "stopping";

    /// <summary>The store is in use by another process.</summary>
    public const string StorageBusy = "storage_busy";

    /// <summary>The time that the request allows is over.</summary>
    public const string DeadlineExceeded = "deadline_exceeded";

    /// <summary>The disk is full.</summary>
    public const string StorageFull = "storage_full";

    /// <summary>The store cannot be used.</summary>
    public const string StorageFailed = "storage_failed";
}
