namespace Freehold.Engine.Refusals;

/// <summary>A model that this machine or this engine cannot run; the message gives the numbers and what to do next.</summary>
public sealed class ModelRefusedException(string message) : Exception(message);
