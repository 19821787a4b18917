namespace Freehold.Models.Templates.ToolUse;

/// <summary>A part of an answer. The <see cref="Raw"/> texts of all events, one after another, are the generated text to the last character.</summary>
/// <param name="Raw">The generated characters that this event accounts for, tags and white space around it included.</param>
public abstract record AnswerEvent(string Raw);

/// <summary>Text of the answer proper.</summary>
/// <param name="Text">The text; empty where only tags and white space were left.</param>
/// <param name="Raw">The characters accounted for.</param>
public sealed record ContentText(string Text, string Raw) : AnswerEvent(Raw);

/// <summary>Text of the reasoning.</summary>
/// <param name="Text">The text.</param>
/// <param name="Raw">The characters accounted for.</param>
public sealed record ReasoningText(string Text, string Raw) : AnswerEvent(Raw);

/// <summary>A call has begun: its tool is known and its arguments follow.</summary>
/// <param name="Index">Counts the answer's calls from 0.</param>
/// <param name="Name">The tool.</param>
/// <param name="Id">The id the model gave the call, if it did before the arguments.</param>
/// <param name="Raw">The characters accounted for.</param>
public sealed record CallBegun(int Index, string Name, string? Id, string Raw) : AnswerEvent(Raw);

/// <summary>A piece of a call's arguments.</summary>
/// <param name="Index">The call.</param>
/// <param name="Text">A piece of JSON.</param>
/// <param name="Raw">The characters accounted for.</param>
public sealed record ArgumentsText(int Index, string Text, string Raw) : AnswerEvent(Raw);

/// <summary>A call is whole.</summary>
/// <param name="Index">The call.</param>
/// <param name="Arguments">All of its arguments: a valid JSON object.</param>
/// <param name="Raw">The characters accounted for.</param>
public sealed record CallEnded(int Index, string Arguments, string Raw) : AnswerEvent(Raw);

/// <summary>What began as a call is none: it must not be run, and is to be shown as text.</summary>
/// <param name="Index">The call, where <see cref="CallBegun"/> told of it; otherwise null.</param>
/// <param name="Text">All that was generated of it.</param>
/// <param name="Reason">What is wrong.</param>
/// <param name="IsIncomplete">Whether it was right as far as it went and the answer ended in it.</param>
/// <param name="Raw">The characters accounted for.</param>
public sealed record CallBroken(int? Index, string Text, string Reason, bool IsIncomplete, string Raw) : AnswerEvent(Raw);
