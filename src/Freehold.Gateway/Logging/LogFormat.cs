namespace Freehold.Gateway.Logging;

/// <summary>How lines of the log are written.</summary>
public enum LogFormat
{
    /// <summary>For people: a time, then key=value.</summary>
    Text,

    /// <summary>For machines: a JSON object a line.</summary>
    Json,
}
