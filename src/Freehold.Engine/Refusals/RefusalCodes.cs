namespace Freehold.Engine.Refusals;

/// <summary>The values of <see cref="RequestRefusedException.Code"/>; the first is OpenAI's own name for it.</summary>
public static class RefusalCodes
{
    /// <summary>Prompt and answer need more positions than the context has.</summary>
    public const string ContextLengthExceeded = "context_length_exceeded";

    /// <summary>A parameter that this engine cannot honour.</summary>
    public const string UnsupportedParameter = "unsupported_parameter";

    /// <summary>A parameter outside its range.</summary>
    public const string InvalidParameter = "invalid_parameter";

    /// <summary>A prompt without tokens, or with token ids that the vocabulary lacks.</summary>
    public const string InvalidPrompt = "invalid_prompt";

    /// <summary>A schema, pattern or grammar that is malformed.</summary>
    public const string InvalidConstraint = "invalid_constraint";

    /// <summary>A schema, pattern or grammar that asserts what cannot be enforced; <c>Data["pointer"]</c> says where.</summary>
    public const string UnsupportedConstraint = "unsupported_constraint";

    /// <summary>A schema, pattern or grammar beyond the limits of docs/structured-output.md.</summary>
    public const string ConstraintTooLarge = "constraint_too_large";

    /// <summary>A schema, pattern or grammar that no text satisfies.</summary>
    public const string UnsatisfiableConstraint = "unsatisfiable_constraint";

    /// <summary>Too many requests are waiting.</summary>
    public const string QueueFull = "queue_full";

    /// <summary>The first token cannot come within the time that the request allows, by measured throughput.</summary>
    public const string DeadlineUnreachable = "deadline_unreachable";

    /// <summary>Another model than the one loaded was asked for.</summary>
    public const string ModelNotFound = "model_not_found";

    /// <summary>The model cannot do this kind of work (chat without a template, answers from an encoder).</summary>
    public const string UnsupportedModel = "unsupported_model";

    /// <summary>The model's chat template raised an error on these messages.</summary>
    public const string TemplateRefused = "template_refused";
}
