using System.Text.Json.Nodes;
using Freehold.Engine.Refusals;
using Freehold.Models.Architectures;
using Freehold.Models.Templates;
using Freehold.Models.Tokenizers;

namespace Freehold.Engine.Chat;

/// <summary>A loaded model's own chat template as what an <see cref="EngineModel"/> renders prompts with.</summary>
public static class TemplateRendering
{
    /// <summary>The renderer; null where the model has no template. One that cannot be used refuses each chat with the reason.</summary>
    public static Func<JsonObject, RenderedPrompt>? Of(LoadedModel model, string name, TimeProvider clock)
    {
        ArgumentNullException.ThrowIfNull(model);
        if (model.ChatTemplateError is { } error)
            return _ => throw new RequestRefusedException(RefusalCodes.UnsupportedModel, $"the chat template of '{name}' cannot be used: {error}; /v1/completions works without it");
        return model.ChatTemplate is { } template
            ? input => template.Render(input, SettingsOf(model.Tokenizer, clock.GetLocalNow()))
            : null;
    }

    /// <summary>The tokens a template may write, which the model's owner vouches for.</summary>
    public static TemplateSettings SettingsOf(Tokenizer tokenizer, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(tokenizer);
        return new TemplateSettings
        {
            BosToken = tokenizer.Special.Bos >= 0 ? tokenizer.Piece(tokenizer.Special.Bos) : null,
            EosToken = tokenizer.Special.Eos >= 0 ? tokenizer.Piece(tokenizer.Special.Eos) : null,
            Now = now,
        };
    }
}
