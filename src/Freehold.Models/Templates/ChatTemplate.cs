using System.Text.Json.Nodes;

namespace Freehold.Models.Templates;

/// <summary>A model's chat template: the Jinja that published models use, without reflection and with bounded time, depth and output.</summary>
public sealed partial class ChatTemplate
{
}

/// <summary>The template itself raised an error (<c>raise_exception</c>): <see cref="Exception.Message"/> is its text, word for word.</summary>
public sealed class TemplateRefusedException(string message) : Exception(message);

/// <summary>The template cannot be parsed, fails on this input, or needs what no safe subset gives; the message says what and where.</summary>
public sealed class TemplateErrorException(string message) : Exception(message);
