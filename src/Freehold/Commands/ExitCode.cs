namespace Freehold.Commands;

/// <summary>What the process ends with; scripts rely on these.</summary>
internal static class ExitCode
{
    public const int Done = 0;
    public const int Failed = 1;
    public const int Usage = 2;
    public const int NotFound = 3;
    public const int Refused = 4;
    public const int Interrupted = 130;
}

/// <summary>Ends a command with an exit code; the message says what was wrong and what to do next.</summary>
internal sealed class CommandException(int exitCode, string message, Exception? cause = null) : Exception(message, cause)
{
    public int ExitCode { get; } = exitCode;

    public static CommandException Usage(string message) => new(Commands.ExitCode.Usage, message);
    public static CommandException NotFound(string message) => new(Commands.ExitCode.NotFound, message);
    public static CommandException Refused(string message) => new(Commands.ExitCode.Refused, message);
}
