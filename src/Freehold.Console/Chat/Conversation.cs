using System.Text.Json.Serialization;

namespace Freehold.Pages.Chat;

/// <summary>A chat as its reader's browser keeps it. The server keeps none.</summary>
public sealed class Conversation
{
    public string Id { get; set; } = Guid.NewGuid().ToString("N");
    public string Title { get; set; } = "";
    public long Created { get; set; }
    public long Updated { get; set; }
    public string? Model { get; set; }
    public Settings Settings { get; set; } = new();
    public List<Message> Messages { get; set; } = [];

    /// <summary>What of it is sent to have a message answered: everything before it, without answers that failed.</summary>
    public IEnumerable<Message> Before(Message answer) =>
        Messages.TakeWhile(message => message != answer).Where(message => message.Role == Message.User || message.Content.Length > 0);

    /// <summary>The title is the first question's beginning.</summary>
    public void Entitle()
    {
        var first = Messages.Find(message => message.Role == Message.User)?.Content.ReplaceLineEndings(" ").Trim() ?? "";
        Title = first.Length <= 60 ? first : first[..60].TrimEnd() + "...";
    }
}

/// <summary>What a reader may set; null leaves it to the server.</summary>
public sealed record Settings
{
    public string System { get; set; } = "";

    /// <summary>Begins low: at 1, where the API begins, models as small as the first one people meet here say nonsense.</summary>
    public double? Temperature { get; set; } = 0.3;

    public double? TopP { get; set; }
    public int? TopK { get; set; }
    public int? MaxTokens { get; set; }
    public long? Seed { get; set; }
}

/// <summary>One message of a chat.</summary>
public sealed class Message
{
    public const string User = "user", Assistant = "assistant";

    public string Id { get; set; } = Guid.NewGuid().ToString("N");
    public string Role { get; set; } = User;
    public string Content { get; set; } = "";
    public string Reasoning { get; set; } = "";
    public AnswerFacts? Facts { get; set; }

    /// <summary>An answer that is still being written.</summary>
    [JsonIgnore]
    public bool IsOpen => Role == Assistant && Facts is { Finish: null, Error: null };
}

/// <summary>What is told beside an answer.</summary>
public sealed record AnswerFacts
{
    public string Model { get; set; } = "";
    public long Seed { get; set; }

    /// <summary>From sending to the first token, as this browser saw it.</summary>
    public double? FirstTokenSeconds { get; set; }

    /// <summary>Tokens after the first by the time they took.</summary>
    public double? TokensPerSecond { get; set; }

    public int? PromptTokens { get; set; }
    public int? CachedTokens { get; set; }
    public int? CompletionTokens { get; set; }

    /// <summary>OpenAI's finish_reason, or <c>stopped</c> by the reader, or <c>interrupted</c>; null while it is written.</summary>
    public string? Finish { get; set; }

    /// <summary>Why there is no answer, in the server's words.</summary>
    public string? Error { get; set; }

    /// <summary>The settings it was asked with.</summary>
    public Settings Settings { get; set; } = new();
}
